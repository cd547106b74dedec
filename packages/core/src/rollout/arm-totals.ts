import type { ArmTally, RolloutArm } from './rollout.js';

/** What all processes together have seen of one version. */
export type ArmTotals = Pick<ArmTally, 'requests' | 'errors' | 'dropped' | 'latencies'>;

export function armTotals(tallies: readonly ArmTally[], arm: RolloutArm): ArmTotals {
  const own = tallies.filter((tally) => tally.arm === arm);
  const sum = (of: (tally: ArmTally) => number) => own.reduce((total, tally) => total + of(tally), 0);
  const latencies = own.reduce<readonly number[]>(
    (total, { latencies }) => latencies.map((answers, index) => answers + (total[index] ?? 0)),
    [],
  );
  const [requests, errors, dropped] = [sum((one) => one.requests), sum((one) => one.errors), sum((one) => one.dropped)];
  return { requests, errors, dropped, latencies };
}
