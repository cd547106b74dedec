import { didYouMean } from '../shared/did-you-mean.js';
import { DomainError, type Issue } from '../shared/errors.js';
import type { Json, JsonObject } from '../shared/json.js';

/** One option of a `with:` section. When it is not given it is `fallback`, a problem if `required`, or else left out. */
export type OptionRule = { readonly required?: boolean } & (NumberRule | ChoiceRule | TextRule | FlagRule);

interface NumberRule {
  readonly kind: 'number';
  readonly fallback?: number;
  /** Least and greatest allowed value, both included. */
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

interface ChoiceRule {
  readonly kind: 'choice';
  readonly fallback?: string;
  readonly choices: readonly string[];
}

/** True or false. */
interface FlagRule {
  readonly kind: 'flag';
  readonly fallback?: boolean;
}

/** Any text but the empty one. */
interface TextRule {
  readonly kind: 'text';
  readonly fallback?: string;
}

/** Options as their rules leave them: those that are always there have the type of their rule. */
export type OptionsOf<R extends Readonly<Record<string, OptionRule>>> = JsonObject & {
  readonly [K in keyof R as R[K] extends { fallback: Json } | { required: true } ? K : never]: R[K] extends NumberRule
    ? number
    : R[K] extends ChoiceRule
      ? R[K]['choices'][number]
      : R[K] extends FlagRule
        ? boolean
        : string;
};

/**
 * Checks and completes the options of a plug-in.
 *
 * Throws `invalid_options` with every problem at once: unknown names with a did-you-mean, values of another type or out
 * of range.
 */
export function readOptions<const R extends Readonly<Record<string, OptionRule>>>(
  raw: Readonly<Record<string, Json>>,
  rules: R,
): OptionsOf<R> {
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
    if (value === undefined) {
      if (rule.required) issues.push({ path: name, message: 'is required' });
      continue;
    }
    const problem = problemOf(value, rule);
    if (problem) issues.push({ path: name, message: problem, given: value });
    options[name] = value;
  }
  if (issues.length > 0) {
    const list = issues.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw new DomainError('invalid', 'invalid_options', `The options are not usable: ${list}.`, issues);
  }
  return options as OptionsOf<R>;
}

function problemOf(value: Json, rule: OptionRule): string | undefined {
  switch (rule.kind) {
    case 'number':
      return numberProblem(value, rule);
    case 'choice':
      return choiceProblem(value, rule.choices);
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'text':
      return typeof value === 'string' && value !== '' ? undefined : 'must be a text that is not empty';
  }
}

function numberProblem(
  value: Json,
  { least = -Infinity, most = Infinity, whole = false }: NumberRule,
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
