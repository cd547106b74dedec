const DAY_MS = 86_400_000;

/**
 * Until when the cool-down after an attempt holds, seen from `now`; undefined when it has ended or never began.
 *
 * Every attempt starts it, also a failed one. It ends exactly `minDays` days after the attempt was requested.
 */
export function cooldownUntil(lastAttempt: Date | undefined, minDays: number, now: Date): Date | undefined {
  if (!lastAttempt) return undefined;
  const until = new Date(lastAttempt.getTime() + minDays * DAY_MS);
  return now < until ? until : undefined;
}

/** Days from one instant to another, never negative. */
export function daysBetween(from: Date, to: Date): number {
  return Math.max(0, (to.getTime() - from.getTime()) / DAY_MS);
}
