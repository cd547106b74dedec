import { didYouMean } from '../shared/did-you-mean.js';
import { DomainError, type Issue } from '../shared/errors.js';
import type { Json, JsonObject } from '../shared/json.js';
import { useOf, useProblems, usesProblems, type UseOption } from './use-option.js';

/** One option of a `with:` section. When it is not given it is `fallback`, a problem if `required`, or else left out. */
export type OptionRule = { readonly required?: boolean } & (
  NumberRule | ChoiceRule | TextRule | TextsRule | FlagRule | UseRule | UsesRule
);

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
  /** What is wrong with the text, as in "must start with https://"; undefined when nothing is. */
  readonly problem?: (text: string) => string | undefined;
}

/** A mapping from names to texts. */
interface TextsRule {
  readonly kind: 'texts';
  readonly fallback?: Readonly<Record<string, string>>;
}

/** Another definition by name with its options: `name`, or `{use: name, with: {…}}`. */
interface UseRule {
  readonly kind: 'use';
  readonly fallback?: UseOption;
}

/** A list of such. */
interface UsesRule {
  readonly kind: 'uses';
  readonly fallback?: readonly UseOption[];
  /** Fewest items. */
  readonly least?: number;
}

interface ValueOf {
  number: number;
  text: string;
  texts: Readonly<Record<string, string>>;
  flag: boolean;
  use: UseOption;
  uses: readonly UseOption[];
}

/** Options as their rules leave them: those that are always there have the type of their rule. */
export type OptionsOf<R extends Readonly<Record<string, OptionRule>>> = JsonObject & {
  readonly [K in keyof R as R[K] extends { fallback: Json } | { required: true } ? K : never]: R[K] extends ChoiceRule
    ? R[K]['choices'][number]
    : ValueOf[Exclude<R[K]['kind'], 'choice'>];
};

/**
 * Checks and completes the options of a plug-in.
 *
 * Throws `invalid_options` with every problem at once: unknown names with a did-you-mean, values of another type or out
 * of range. A definition that is named by its name only comes back with empty options.
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
    const problems = problemsOf(value, rule).map(({ path, ...problem }) => ({
      path: path === '' ? name : `${name}.${path}`,
      ...problem,
    }));
    issues.push(...problems);
    options[name] = problems.length === 0 ? completed(value, rule) : value;
  }
  if (issues.length > 0) {
    const list = issues.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw new DomainError('invalid', 'invalid_options', `The options are not usable: ${list}.`, issues);
  }
  return options as OptionsOf<R>;
}

/** Paths are relative to the option. */
function problemsOf(value: Json, rule: OptionRule): Issue[] {
  if (rule.kind === 'use') return useProblems(value);
  if (rule.kind === 'uses') return usesProblems(value, rule.least ?? 0);
  const message = problemOf(value, rule);
  return message === undefined ? [] : [{ path: '', message, given: value }];
}

/** The value as it is read; it has no problems. */
function completed(value: Json, { kind }: OptionRule): Json {
  if (kind === 'use') return useOf(value)!;
  return kind === 'uses' ? (value as readonly Json[]).map((item) => useOf(item)!) : value;
}

function problemOf(value: Json, rule: Exclude<OptionRule, UseRule | UsesRule>): string | undefined {
  switch (rule.kind) {
    case 'number':
      return numberProblem(value, rule);
    case 'choice':
      return choiceProblem(value, rule.choices);
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'text':
      return typeof value === 'string' && value !== '' ? rule.problem?.(value) : 'must be a text that is not empty';
    case 'texts':
      return isTexts(value) ? undefined : 'must be a mapping from names to texts';
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

function isTexts(value: Json): boolean {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMapping && Object.values(value).every((text) => typeof text === 'string');
}

function choiceProblem(value: Json, choices: readonly string[]): string | undefined {
  if (typeof value === 'string' && choices.includes(value)) return undefined;
  return `must be one of ${choices.join(', ')}`;
}
