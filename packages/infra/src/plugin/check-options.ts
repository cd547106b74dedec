import { didYouMean, invalid, type Issue, type Json } from '@retrain/core';

type Options = Readonly<Record<string, Json>>;

/** One option: what is wrong with its value, or undefined. `given` is undefined when it was left out. */
export type OptionRule = (given: Json | undefined) => string | undefined;

/** Checks the options of a plug-in against their rules; unknown ones are refused. Throws `invalid_options` with every problem. */
export function checkOptions(plugin: string, given: Options, rules: Readonly<Record<string, OptionRule>>): void {
  const names = Object.keys(rules);
  const unknown = Object.keys(given).flatMap((name): Issue[] => {
    if (names.includes(name)) return [];
    const near = didYouMean(name, names);
    const hint = near ? `did you mean "${near}"?` : `known: ${names.join(', ')}`;
    return [{ path: name, message: `is not an option of ${plugin}; ${hint}` }];
  });
  const wrong = Object.entries(rules).flatMap(([name, rule]): Issue[] => {
    const message = rule(given[name]);
    return message === undefined ? [] : [{ path: name, message, given: given[name] }];
  });
  const issues = [...unknown, ...wrong];
  if (issues.length > 0) throw invalid('invalid_options', `The options of ${plugin} are not valid.`, issues);
}

/** `optional(rule)`: the option may be left out. */
export function optional(rule: OptionRule): OptionRule {
  return (given) => (given === undefined ? undefined : rule(given));
}

/** One of these words. */
export function oneOf(words: readonly string[]): OptionRule {
  return (given) => (words.some((word) => word === given) ? undefined : `must be one of ${words.join(', ')}`);
}

/** A text that is not empty. */
export const someText: OptionRule = (given) =>
  typeof given === 'string' && given !== '' ? undefined : 'must be a text that is not empty';
