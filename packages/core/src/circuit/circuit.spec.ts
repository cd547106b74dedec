import fc from 'fast-check';
import {
  circuitTransitions,
  newCircuit,
  nextCircuit,
  refusedUntil,
  type Circuit,
  type CircuitSignal,
} from './circuit.js';

const rule = { failures: 3, window_hours: 24, open_hours: 12 };
const hour = (n: number) => new Date(Date.UTC(2024, 0, 1) + n * 3_600_000);
const failedAt = (n: number): CircuitSignal => ({ kind: 'run_failed', at: hour(n), message: 'no rows', rule });
const after = (...signals: CircuitSignal[]): Circuit => signals.reduce(nextCircuit, newCircuit('coin'));

describe('the circuit of a model', () => {
  it('opens with the last failed run that the budget allows, and says until when and why', () => {
    expect(after(failedAt(0), failedAt(1)).state).toBe('closed');
    const open = after(failedAt(0), failedAt(1), failedAt(2));
    expect(open).toMatchObject({ state: 'open', openedAt: hour(2), openUntil: hour(14), changedBy: 'system' });
    expect(open.reason).toBe('3 failed runs within 24 hours; the last: no rows');
    expect(refusedUntil(open, hour(13.99))).toEqual(hour(14));
    expect(refusedUntil(open, hour(14))).toBeUndefined();
  });

  it('forgets failures that the window has left behind', () => {
    expect(after(failedAt(0), failedAt(1), failedAt(24)).state).toBe('closed');
    expect(after(failedAt(0), failedAt(1), failedAt(24), failedAt(24.5)).state).toBe('open');
  });

  it('lets one trial through, which closes it or opens it anew', () => {
    const trial = after(failedAt(0), failedAt(1), failedAt(2), { kind: 'trial_requested' });
    expect(trial.state).toBe('half_open');
    expect(nextCircuit(trial, { kind: 'run_judged' })).toMatchObject({ state: 'closed', failures: [] });
    expect(nextCircuit(trial, failedAt(20))).toMatchObject({ state: 'open', openedAt: hour(20), openUntil: hour(32) });
  });

  it('a cancelled trial has told nothing: the next run is one', () => {
    const trial = after(failedAt(0), failedAt(1), failedAt(2), { kind: 'trial_requested' }, { kind: 'run_cancelled' });
    expect(trial.state).toBe('open');
    expect(refusedUntil(trial, hour(14))).toBeUndefined();
  });

  it('is closed by hand, whatever it was', () => {
    const byHand: CircuitSignal = { kind: 'closed_by_hand', by: 'key:ann', reason: 'the file is back' };
    for (const circuit of [after(failedAt(0)), after(failedAt(0), failedAt(1), failedAt(2))]) {
      const closed = nextCircuit(circuit, byHand);
      expect(closed).toMatchObject({ state: 'closed', failures: [], changedBy: 'key:ann', reason: 'the file is back' });
      expect(closed.openUntil).toBeUndefined();
    }
  });

  const signals: fc.Arbitrary<CircuitSignal[]> = fc
    .array(fc.record({ which: fc.integer({ min: 0, max: 4 }), later: fc.double({ min: 0, max: 30, noNaN: true }) }))
    .map((steps) => {
      let now = 0;
      return steps.map(({ which, later }): CircuitSignal => {
        now += later;
        if (which === 0) return { kind: 'run_judged' };
        if (which === 1) return { kind: 'run_cancelled' };
        if (which === 2) return { kind: 'trial_requested' };
        if (which === 3) return { kind: 'closed_by_hand', by: 'ann', reason: 'x' };
        return failedAt(now);
      });
    });

  it('only ever moves as its table allows, and is closed exactly when nothing says until when it is open', () => {
    fc.assert(
      fc.property(signals, (given) => {
        let circuit = newCircuit('coin');
        for (const signal of given) {
          const next = nextCircuit(circuit, signal);
          if (next.state !== circuit.state) expect(circuitTransitions[circuit.state]).toContain(next.state);
          expect(next.state === 'closed').toBe(next.openUntil === undefined);
          expect(next.failures.length).toBeLessThanOrEqual(rule.failures);
          circuit = next;
        }
      }),
    );
  });

  it('never lets more failed runs through within the window than its budget', () => {
    const gaps = fc.array(fc.double({ min: 0.01, max: 20, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, (later) => {
        let [circuit, now] = [newCircuit('coin'), 0];
        const failures: number[] = [];
        for (const gap of later) {
          now += gap;
          if (refusedUntil(circuit, hour(now))) continue;
          if (circuit.state === 'open') circuit = nextCircuit(circuit, { kind: 'trial_requested' });
          circuit = nextCircuit(circuit, failedAt(now));
          failures.push(now);
        }
        // Trials come on top of the budget: one per `open_hours`.
        for (const end of failures) {
          const within = failures.filter((at) => at > end - rule.window_hours && at <= end);
          expect(within.length).toBeLessThanOrEqual(rule.failures + rule.window_hours / rule.open_hours);
        }
      }),
    );
  });
});
