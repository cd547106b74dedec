import fc from 'fast-check';
import { isFinal, runTransitions, transition } from './transitions.js';
import type { RunStatus } from './training-run.js';

const statuses = Object.keys(runTransitions) as RunStatus[];
const anyStatus = fc.constantFrom(...statuses);

describe('the states of a run', () => {
  it('only ever move along the table', () => {
    fc.assert(
      fc.property(anyStatus, anyStatus, (from, to) => {
        if (runTransitions[from].includes(to)) expect(transition(from, to)).toBe(to);
        else expect(() => transition(from, to)).toThrow(new RegExp(`is ${from} cannot become ${to}`));
      }),
    );
  });

  it('end in a state that nothing leaves, and every state can get there', () => {
    const canEnd = (from: RunStatus, seen: readonly RunStatus[] = []): boolean =>
      isFinal(from) || runTransitions[from].some((to) => !seen.includes(to) && canEnd(to, [...seen, from]));
    expect(statuses.filter(isFinal).sort()).toEqual(['cancelled', 'deployed', 'failed', 'rejected']);
    for (const status of statuses) expect(canEnd(status)).toBe(true);
  });

  it('once final stay final, whatever is tried', () => {
    fc.assert(
      fc.property(fc.array(anyStatus, { maxLength: 30 }), (wishes) => {
        let status: RunStatus = 'queued';
        let ended: RunStatus | undefined;
        for (const wish of wishes) {
          if (runTransitions[status].includes(wish)) status = transition(status, wish);
          if (ended !== undefined) expect(status).toBe(ended);
          if (isFinal(status)) ended = status;
        }
      }),
    );
  });
});
