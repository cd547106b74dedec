import { conflict } from '../shared/errors.js';
import type { RolloutStatus } from './rollout.js';

/** Every legal move between the states of a rollout. */
export const rolloutTransitions: Readonly<Record<RolloutStatus, readonly RolloutStatus[]>> = {
  running: ['promoted', 'rolled_back', 'undecided', 'aborted', 'superseded'],
  promoted: [],
  rolled_back: [],
  undecided: [],
  aborted: [],
  superseded: [],
};

/** How a rollout may end. */
export type RolloutEnd = Exclude<RolloutStatus, 'running'>;

/** The next state; throws `illegal_transition` when the table does not allow the move. */
export function rolloutTransition(from: RolloutStatus, to: RolloutStatus): RolloutStatus {
  if (rolloutTransitions[from].includes(to)) return to;
  const allowed = rolloutTransitions[from].join(', ') || 'nothing: it is final';
  throw conflict('illegal_transition', `A rollout that is ${from} cannot become ${to}; allowed: ${allowed}.`);
}
