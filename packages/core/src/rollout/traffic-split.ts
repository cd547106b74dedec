import { createHash } from 'node:crypto';
import type { RolloutArm } from './rollout.js';

/**
 * Where a request key falls in a rollout: evenly spread over [0, 1), the same in every process, and unrelated to where it
 * falls in another rollout.
 *
 * The first 48 bits of sha256 over both.
 */
export function splitPoint(rolloutId: string, key: string): number {
  return createHash('sha256').update(`${rolloutId}\n${key}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** Who answers a request key. A larger share keeps every key that the challenger had, and adds others. */
export function armOf(rollout: { readonly id: string; readonly share: number }, key: string): RolloutArm {
  return splitPoint(rollout.id, key) < rollout.share ? 'challenger' : 'champion';
}
