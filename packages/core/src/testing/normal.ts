import type { Random } from '../statistic/random.js';

/** A source of standard normal numbers (Box & Muller). */
export function normalFrom(random: Random): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
