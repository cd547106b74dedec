import { DomainError, readOptions, type Json, type OptionRule, type OptionsOf } from '@retrain/core';

/**
 * Checks and completes the options of a trainer, like `readOptions`.
 *
 * @returns the options in the order of `rules`, so that equal recipes are written down equally.
 * @throws DomainError `invalid_trainer_options` that lists every problem at once, paths relative to `with`.
 */
export function readTrainerOptions<const R extends Readonly<Record<string, OptionRule>>>(
  trainer: string,
  rules: R,
  raw: Readonly<Record<string, Json>>,
): OptionsOf<R> {
  try {
    return readOptions(raw, rules);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const list = error.issues.map(({ path, message, given }) => `${path} (given ${JSON.stringify(given)}) ${message}`);
    const message = `Options of ${trainer}: ${list.join('; ')}.`;
    throw new DomainError('invalid', 'invalid_trainer_options', message, error.issues);
  }
}
