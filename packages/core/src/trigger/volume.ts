import { readOptions } from '../plugin/options.js';
import { count } from '../shared/words.js';
import { defineTrigger } from './trigger-definition.js';

/** Fires at `max_predictions_without_retraining` predictions since the last retraining, and not one below. */
export const dataVolume = defineTrigger({
  name: 'data_volume',
  description: 'As many predictions as max_predictions_without_retraining were answered since the last retraining.',
  parseOptions: (raw) => readOptions(raw, {}),
  evaluate({ predictionsSinceRetraining: n, config }) {
    const threshold = config.max_predictions_without_retraining;
    const fired = n >= threshold;
    const few = !fired && n < config.min_new_predictions;
    return {
      verdict: fired ? 'fired' : few ? 'insufficient_data' : 'clear',
      score: n,
      threshold,
      n,
      reason: `${count(n, 'prediction')} since the last retraining; the limit is ${threshold}${few ? ` and judging begins at ${config.min_new_predictions}` : ''}.`,
      evidence: { predictions_since_retraining: n, min_new_predictions: config.min_new_predictions },
    };
  },
});
