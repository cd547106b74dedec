import { readOptions } from '../plugin/options.js';
import { defineTrigger, insufficientData } from './trigger-definition.js';

/**
 * Fires when the champion took over, and was last judged against a candidate, more than `max_days_without_retraining` ago:
 * a rejected candidate has confirmed the champion. A run that failed confirms nothing; after it the trigger rests for
 * `min_days_between_retraining`. Days are on the check's clock.
 */
export const timeBased = defineTrigger({
  name: 'time_based',
  description: 'The champion is older than max_days_without_retraining.',
  parseOptions: (raw) => readOptions(raw, {}),
  evaluate({ championAgeDays: age, daysSinceLastJudgement: judged, daysSinceLastRetraining: since, config }) {
    const threshold = config.max_days_without_retraining;
    const rest = config.min_days_between_retraining;
    if (age === undefined) {
      return insufficientData('There is no champion whose age could be judged.', { threshold });
    }
    const score = Math.min(age, judged ?? age);
    const old = score > threshold;
    const rested = since === undefined || since > rest;
    const days = `${age.toFixed(1)} days old${score < age ? ` and was confirmed ${score.toFixed(1)} days ago` : ''}`;
    const reason = !old
      ? `The champion is ${days}; ${threshold} days are allowed.`
      : rested
        ? `The champion is ${days}, longer than the ${threshold} days allowed.`
        : `The champion is ${days}, but the last retraining was only ${since.toFixed(1)} days ago.`;
    return {
      verdict: old && rested ? 'fired' : 'clear',
      score,
      threshold,
      reason,
      evidence: {
        champion_age_days: age,
        ...(judged !== undefined ? { days_since_last_judgement: judged } : {}),
        ...(since !== undefined ? { days_since_last_retraining: since } : {}),
        min_days_between_retraining: rest,
      },
    };
  },
});
