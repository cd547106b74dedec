import type { Rollout } from './rollout.js';

/** What every event of a rollout says. */
export function factsOf({ id: rolloutId, deploymentId, challenger: version, champion }: Rollout) {
  return { rolloutId, deploymentId, version, champion };
}
