import type { CircuitBreakerConfig } from '../config/retraining-config.js';

/** `closed`: runs may be asked for. `open`: only by force. `half_open`: one trial run decides. */
export type CircuitState = 'closed' | 'open' | 'half_open';

/** Every legal move between the states of a circuit. */
export const circuitTransitions: Readonly<Record<CircuitState, readonly CircuitState[]>> = {
  closed: ['open'],
  open: ['half_open', 'closed'],
  half_open: ['open', 'closed'],
};

/** The circuit breaker of a model: keeps runs that always fail from being asked for again and again. */
export interface Circuit {
  readonly model: string;
  readonly state: CircuitState;
  /** When runs failed lately, oldest first: what counts towards opening. */
  readonly failures: readonly Date[];
  readonly openedAt?: Date;
  /** From then on one trial run may be asked for; present unless the circuit is closed. */
  readonly openUntil?: Date;
  /** Who moved it last: `system`, or the person who closed it. */
  readonly changedBy: string;
  /** Why it is as it is, in one sentence. */
  readonly reason: string;
  /** How often it was saved: the compare-and-set of the row. */
  readonly revision: number;
}

/** What happened to a model's runs, or to its circuit. */
export type CircuitSignal =
  | { readonly kind: 'run_failed'; readonly at: Date; readonly message: string; readonly rule: CircuitBreakerConfig }
  | { readonly kind: 'run_judged' }
  | { readonly kind: 'run_cancelled' }
  | { readonly kind: 'trial_requested' }
  | { readonly kind: 'closed_by_hand'; readonly by: string; readonly reason: string };

const HOUR_MS = 3_600_000;

/** The circuit of a model about which nothing has been said yet. */
export function newCircuit(model: string): Circuit {
  return { model, state: 'closed', failures: [], changedBy: 'system', reason: 'No run has failed.', revision: 0 };
}

/** Until when triggered runs are refused, seen from `now`; undefined when one may be asked for. */
export function refusedUntil({ state, openUntil }: Circuit, now: Date): Date | undefined {
  return state === 'open' && openUntil && now < openUntil ? openUntil : undefined;
}

/**
 * The circuit after a signal; the same object when the signal changes nothing.
 *
 * It opens with the `failures`-th failed run within `window_hours`, for `open_hours`. Then one trial is let through: a run
 * whose candidate is judged (whatever the verdict) closes it and forgets the failures, one that fails opens it anew. So
 * do forced runs while it is open.
 */
export function nextCircuit(circuit: Circuit, signal: CircuitSignal): Circuit {
  switch (signal.kind) {
    case 'run_failed':
      return afterFailure(circuit, signal);
    case 'run_judged':
      return circuit.state === 'closed'
        ? circuit
        : closed(circuit, 'system', 'A run came as far as a judgement again.');
    case 'run_cancelled':
      // The trial told nothing: the next run asked for is one.
      return circuit.state === 'half_open' ? { ...circuit, state: 'open' } : circuit;
    case 'trial_requested':
      return circuit.state === 'open' ? { ...circuit, state: 'half_open', changedBy: 'system' } : circuit;
    case 'closed_by_hand':
      if (circuit.state === 'closed' && circuit.failures.length === 0) return circuit;
      return closed(circuit, signal.by, signal.reason);
  }
}

function afterFailure(
  circuit: Circuit,
  { at, message, rule }: Extract<CircuitSignal, { kind: 'run_failed' }>,
): Circuit {
  const since = at.getTime() - rule.window_hours * HOUR_MS;
  const failures = [...circuit.failures.filter((failure) => failure.getTime() > since), at].slice(-rule.failures);
  if (circuit.state === 'closed' && failures.length < rule.failures) {
    return { ...circuit, failures, changedBy: 'system', reason: `The last failed run: ${message}` };
  }
  return {
    ...circuit,
    state: 'open',
    failures,
    openedAt: at,
    openUntil: new Date(at.getTime() + rule.open_hours * HOUR_MS),
    changedBy: 'system',
    reason: circuit.state === 'closed' ? budgetSpent(rule, message) : `One more run failed: ${message}`,
  };
}

function budgetSpent({ failures, window_hours }: CircuitBreakerConfig, message: string): string {
  return `${failures} failed ${failures === 1 ? 'run' : 'runs'} within ${window_hours} hours; the last: ${message}`;
}

function closed({ model, revision }: Circuit, changedBy: string, reason: string): Circuit {
  return { model, state: 'closed', failures: [], changedBy, reason, revision };
}
