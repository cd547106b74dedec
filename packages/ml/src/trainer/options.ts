import { DomainError, type Issue, type Json, type JsonObject } from '@retrain/core';

/** What a numeric option of a trainer may be. */
export interface NumberOption {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Whether only whole numbers are allowed. */
  readonly integer?: boolean;
}

/**
 * Checks and completes the numeric options of a trainer.
 *
 * @returns every known option, in the order of `allowed`, so that equal recipes are written down equally.
 * @throws DomainError `invalid_trainer_options` that lists every problem at once, paths relative to `with`.
 */
export function parseNumberOptions(
  trainer: string,
  allowed: Readonly<Record<string, NumberOption>>,
  raw: Readonly<Record<string, Json>>,
): JsonObject {
  const issues: Issue[] = [];
  for (const key of Object.keys(raw)) {
    if (!Object.hasOwn(allowed, key)) {
      const message = `unknown option; ${trainer} takes ${Object.keys(allowed).join(', ')}`;
      issues.push({ path: key, message, given: raw[key] });
    }
  }
  const options: Record<string, Json> = {};
  for (const [key, option] of Object.entries(allowed)) {
    const given = Object.hasOwn(raw, key) ? raw[key] : undefined;
    const problem = given === undefined ? undefined : problemOf(option, given);
    if (problem !== undefined) issues.push({ path: key, message: problem, given });
    options[key] = given === undefined ? option.default : given;
  }
  if (issues.length > 0) {
    const list = issues.map((issue) => `${issue.path} (given ${JSON.stringify(issue.given)}): ${issue.message}`);
    throw new DomainError('invalid', 'invalid_trainer_options', `Options of ${trainer}: ${list.join('; ')}.`, issues);
  }
  return options;
}

function problemOf(option: NumberOption, given: Json): string | undefined {
  const { minimum, maximum, integer } = option;
  const fits =
    typeof given === 'number' && given >= minimum && given <= maximum && (!integer || Number.isInteger(given));
  return fits ? undefined : `must be a ${integer ? 'whole ' : ''}number from ${minimum} to ${maximum}`;
}
