import { didYouMean } from '../shared/did-you-mean.js';
import { DomainError, type Issue } from '../shared/errors.js';
import type { Json, JsonObject } from '../shared/json.js';

/** One option of a `with:` section. An option without `fallback` is left out when it is not given. */
export type OptionRule =
  | {
      readonly kind: 'number';
      readonly fallback?: number;
      /** Least and greatest allowed value, both included. */
      readonly least?: number;
      readonly most?: number;
      readonly whole?: boolean;
    }
  | { readonly kind: 'choice'; readonly fallback?: string; readonly choices: readonly string[] };

/**
 * Checks and completes the options of a trigger or gate.
 *
 * Throws `invalid_options` with every problem at once: unknown names with a did-you-mean, values of another type or out
 * of range.
 */
export function readOptions(
  raw: Readonly<Record<string, Json>>,
  rules: Readonly<Record<string, OptionRule>>,
): JsonObject {
  const issues: Issue[] = [];
  const names = Object.keys(rules);
  for (const [name, given] of Object.entries(raw)) {
    if (Object.hasOwn(rules, name)) continue;
    const hint = didYouMean(name, names);
    const known = names.length > 0 ? `known: ${names.join(', ')}` : 'there are none';
    issues.push({ path: name, message: `is not an option; ${hint ? `did you mean "${hint}"?` : known}`, given });
  }
  const options: Record<string, Json> = {};
  for (const [name, rule] of Object.entries(rules)) {
    const given = Object.hasOwn(raw, name) ? raw[name] : undefined;
    const value = given ?? rule.fallback;
    if (value === undefined) continue;
    const problem = rule.kind === 'number' ? numberProblem(value, rule) : choiceProblem(value, rule.choices);
    if (problem) issues.push({ path: name, message: problem, given: value });
    options[name] = value;
  }
  if (issues.length > 0) {
    const list = issues.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw new DomainError('invalid', 'invalid_options', `The options are not usable: ${list}.`, issues);
  }
  return options;
}

function numberProblem(
  value: Json,
  { least = -Infinity, most = Infinity, whole = false }: Extract<OptionRule, { kind: 'number' }>,
): string | undefined {
  const fits = typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most;
  if (fits && (!whole || Number.isInteger(value))) return undefined;
  const range = [least > -Infinity ? `at least ${least}` : '', most < Infinity ? `at most ${most}` : ''];
  return ['must be a', whole ? 'whole number' : 'number', range.filter(Boolean).join(' and ')]
    .filter(Boolean)
    .join(' ');
}

function choiceProblem(value: Json, choices: readonly string[]): string | undefined {
  if (typeof value === 'string' && choices.includes(value)) return undefined;
  return `must be one of ${choices.join(', ')}`;
}
