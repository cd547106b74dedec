import { readOptions } from '../plugin/options.js';
import { defineTrigger } from './trigger-definition.js';

/**
 * Fires when the champion is older than `max_days_without_retraining` and the last retraining, whatever became of it, is
 * longer ago than `min_days_between_retraining`. Days are on the check's clock.
 */
export const timeBased = defineTrigger({
  name: 'time_based',
  description: 'The champion is older than max_days_without_retraining.',
  parseOptions: (raw) => readOptions(raw, {}),
  evaluate({ championAgeDays: age, daysSinceLastRetraining: since, config }) {
    const threshold = config.max_days_without_retraining;
    const rest = config.min_days_between_retraining;
    if (age === undefined) {
      return {
        verdict: 'insufficient_data',
        threshold,
        reason: 'There is no champion whose age could be judged.',
        evidence: {},
      };
    }
    const old = age > threshold;
    const rested = since === undefined || since > rest;
    const days = age.toFixed(1);
    const reason = !old
      ? `The champion is ${days} days old; it may be ${threshold}.`
      : rested
        ? `The champion is ${days} days old, more than the ${threshold} it may be.`
        : `The champion is ${days} days old, but the last retraining was only ${since.toFixed(1)} days ago.`;
    return {
      verdict: old && rested ? 'fired' : 'clear',
      score: age,
      threshold,
      reason,
      evidence: {
        champion_age_days: age,
        ...(since !== undefined ? { days_since_last_retraining: since } : {}),
        min_days_between_retraining: rest,
      },
    };
  },
});
