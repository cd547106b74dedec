import type { ArmTally, RolloutArm } from './rollout.js';

type Counted = Pick<ArmTally, 'requests' | 'errors' | 'latencies'>;

/** What all processes together have seen of one version. */
export type ArmTotals = Counted & Pick<ArmTally, 'dropped'>;

/** The tallies of several processes together. */
export function totalsOf(tallies: readonly Counted[]): Counted {
  const latencies = tallies.reduce<readonly number[]>(
    (total, { latencies }) => latencies.map((answers, index) => answers + (total[index] ?? 0)),
    [],
  );
  return { requests: sumOf(tallies, (one) => one.requests), errors: sumOf(tallies, (one) => one.errors), latencies };
}

export function armTotals(tallies: readonly ArmTally[], arm: RolloutArm): ArmTotals {
  const own = tallies.filter((tally) => tally.arm === arm);
  return { ...totalsOf(own), dropped: sumOf(own, (one) => one.dropped) };
}

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
