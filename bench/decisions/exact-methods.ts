import { kolmogorovSmirnov, sortedCopy, wassersteinDistance } from '@retrain/core';
import { timed, type Part } from '../bar.js';
import { normals } from '../normal.js';

/** Kolmogorov–Smirnov and Wasserstein on raw values, as scipy computes them. */
export async function exactMethods(rows = 100_000, features = 100): Promise<Part> {
  const normal = normals(5);
  const sample = () => Float64Array.from({ length: rows }, normal);
  const pairs = Array.from({ length: features }, () => [sample(), sample()] as const);
  const before = process.cpuUsage();
  const both = await timed(() =>
    pairs.map(([a, b]) => {
      const [first, second] = [sortedCopy(a), sortedCopy(b)];
      return [kolmogorovSmirnov(first, second, true), wassersteinDistance(first, second, true)];
    }),
  );
  const { user, system } = process.cpuUsage(before);
  const ks = await timed(() => pairs.map(([a, b]) => kolmogorovSmirnov(a, b)));
  return {
    name: 'exact methods',
    assumptions: { rows_each_side: rows, features },
    figures: { ks_seconds: ks.seconds, cpu_seconds: (user + system) / 1e6 },
    bars: [
      { name: `ks and wasserstein, ${rows} x ${features}`, value: both.seconds, unit: 's', must: 'at most', limit: 5 },
    ],
  };
}
