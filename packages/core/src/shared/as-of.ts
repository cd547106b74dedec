import { invalid } from './errors.js';

/** Clocks of two machines may differ by so much. */
const SKEW_MS = 5 * 60_000;

/** Throws `as_of_in_future` for a day that lies ahead of the wall clock: nothing is known as of it. */
export function refuseFuture(asOf: Date | undefined, now: Date): void {
  if (!asOf || asOf.getTime() <= now.getTime() + SKEW_MS) return;
  const [given, present] = [asOf.toISOString(), now.toISOString()];
  const message = 'must not lie in the future';
  throw invalid(
    'as_of_in_future',
    `Nothing can be decided as of ${given}: it is ${present} now. Give a day of the past, or leave as_of out for now.`,
    [{ path: 'as_of', message, given }],
  );
}
