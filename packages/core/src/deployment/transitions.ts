import type { DeploymentStatus } from './deployment.js';

/** Every legal move between the states of a deployment. */
export const deploymentTransitions: Readonly<Record<DeploymentStatus, readonly DeploymentStatus[]>> = {
  awaiting_approval: ['promoted', 'rejected', 'expired', 'superseded'],
  promoted: ['rolled_back'],
  rejected: [],
  expired: [],
  superseded: [],
  rolled_back: [],
};
