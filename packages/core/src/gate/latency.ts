import { readOptions } from '../plugin/options.js';
import { figure } from '../shared/words.js';
import { quantileOfSorted } from '../statistic/bootstrap.js';
import { defineGate } from './gate-definition.js';
import { refused } from './refused.js';

/**
 * The stored artifact must answer one row within `max_ms` milliseconds, 19 times of 20 (after warming up).
 *
 * It is measured on the trainer, beside whatever runs there: the limit is for models that are far too slow, and the default of
 * 50 ms is a thousand times what a small model needs.
 */
export const latency = defineGate({
  name: 'latency',
  description: 'The stored artifact answers fast enough.',
  parseOptions: (raw) =>
    readOptions(raw, {
      max_ms: { kind: 'number', fallback: 50, least: 0.001 },
      min_samples: { kind: 'number', fallback: 5, least: 1, most: 200, whole: true },
    }),
  evaluate({ timing }, { max_ms: threshold, min_samples }) {
    if (!timing || timing.length < min_samples) {
      const measured = timing?.length ?? 0;
      return refused('not_measured', `${measured} answers of the artifact were timed; ${min_samples} are needed.`);
    }
    const sorted = Float64Array.from(timing).sort();
    const [median, score] = [quantileOfSorted(sorted, 0.5), quantileOfSorted(sorted, 0.95)];
    if (!(sorted[0]! >= 0) || !Number.isFinite(score)) {
      return refused('not_measured', 'The times of the artifact are no durations.');
    }
    const accepted = score <= threshold;
    return {
      accepted,
      code: accepted ? 'fast_enough' : 'too_slow',
      score,
      threshold,
      n: sorted.length,
      reason: `The artifact answers a row in ${figure(score)} ms or less 19 times of 20 (median ${figure(median)} ms, ${sorted.length} answers); ${threshold} ms are allowed.`,
      evidence: { p95_ms: score, median_ms: median, largest_ms: sorted[sorted.length - 1]! },
    };
  },
});
