import { unprocessable } from '../shared/errors.js';

/**
 * When a model is retrained.
 *
 * `never` keeps the first champion · `always` fits a new one after every round · `scheduled` every so many days ·
 * `triggered` as the configuration says: its triggers ask, its cool-down holds back, its gates decide. The first three are
 * what a cron job does: the new fit replaces the old one without being judged.
 */
export type Policy =
  | { readonly kind: 'never' }
  | { readonly kind: 'always' }
  | { readonly kind: 'scheduled'; readonly days: number }
  | { readonly kind: 'triggered' };

/** A policy from its written form: `never`, `always`, `triggered`, `scheduled:30`. Throws `unknown_policy`. */
export function parsePolicy(text: string): Policy {
  if (text === 'never' || text === 'always' || text === 'triggered') return { kind: text };
  const days = Number(/^scheduled:(\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  if (days > 0) return { kind: 'scheduled', days };
  throw unprocessable(
    'unknown_policy',
    `"${text}" is no policy; write never, always, triggered, or scheduled:30 for every 30 days.`,
  );
}

/** The policy in a few words. */
export function policyName(policy: Policy): string {
  return policy.kind === 'scheduled' ? `every ${policy.days} days` : policy.kind;
}
