import { readOptions } from '../plugin/options.js';
import { figure } from '../shared/words.js';
import { defineGate } from './gate-definition.js';
import { refused } from './refused.js';

/** The stored artifact must reproduce the trainer's own scores on the check rows, each within `tolerance` (1e-5). */
export const parity = defineGate({
  name: 'parity',
  description: 'The stored artifact reproduces the trainer’s own scores.',
  parseOptions: (raw) => readOptions(raw, { tolerance: { kind: 'number', fallback: 1e-5, least: 0, most: 1 } }),
  evaluate({ parity: check }, options) {
    const threshold = options['tolerance'] as number;
    if (check.rows === 0) return refused('no_check_rows', 'There are no rows to compare artifact and trainer on.');
    if (check.trainer.length === 0 || check.trainer.length !== check.artifact.length) {
      return refused(
        'scores_differ_in_number',
        `The trainer gave ${check.trainer.length} scores, the artifact ${check.artifact.length}.`,
      );
    }
    let score = 0;
    for (let index = 0; index < check.trainer.length; index++) {
      const expected = check.trainer[index]!;
      // Relative beyond one: the values of a regression may have any unit.
      const gap = Math.abs(check.artifact[index]! - expected) / Math.max(1, Math.abs(expected));
      if (!Number.isFinite(gap))
        return refused('scores_not_finite', `Score ${index} is not a finite number on both sides.`);
      score = Math.max(score, gap);
    }
    const accepted = score <= threshold;
    return {
      accepted,
      code: accepted ? 'reproduced' : 'not_reproduced',
      score,
      threshold,
      n: check.rows,
      reason: `The stored artifact differs from the trainer by at most ${figure(score)} on ${check.rows} rows; ${threshold} is allowed.`,
      evidence: { largest_difference: score },
    };
  },
});
