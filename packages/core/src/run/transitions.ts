import { conflict } from '../shared/errors.js';
import type { RunStatus } from './training-run.js';

/** Every legal move between the states of a run; the diagram in the documentation is generated from it. */
export const runTransitions: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['queued', 'awaiting_approval', 'rolling_out', 'deployed', 'rejected', 'failed', 'cancelled'],
  awaiting_approval: ['rolling_out', 'deployed', 'rejected', 'cancelled'],
  rolling_out: ['deployed', 'rejected', 'cancelled'],
  deployed: [],
  rejected: [],
  failed: [],
  cancelled: [],
};

/** Whether nothing can happen to the run any more. */
export const isFinal = (status: RunStatus): boolean => runTransitions[status].length === 0;

/** States in which a run holds its model's lock. */
export const activeStatuses: readonly RunStatus[] = ['queued', 'running'];

/** The next state; throws `illegal_transition` when the table does not allow the move. */
export function transition(from: RunStatus, to: RunStatus): RunStatus {
  if (runTransitions[from].includes(to)) return to;
  const allowed = runTransitions[from].join(', ') || 'nothing: it is final';
  throw conflict('illegal_transition', `A run that is ${from} cannot become ${to}; allowed: ${allowed}.`);
}
