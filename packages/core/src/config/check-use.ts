import { useOf, type UseOption } from '../plugin/use-option.js';
import type { Registry } from '../plugin/registry.js';
import { didYouMean } from '../shared/did-you-mean.js';
import { DomainError, messageOf } from '../shared/errors.js';
import type { Json } from '../shared/json.js';
import { below, isMapping, missingVariables, shownValue, type Checking, type NamedOptions } from './checking.js';
import { concealValues, hasReference, resolveOptions } from './environment-references.js';
import type { UseKind } from './schema.js';

/** Kinds whose options may hold secrets; the options of the others are stored beside the models they made. */
const secretive: readonly UseKind[] = ['notifier', 'storage'];

/** Definitions within definitions, at most. */
const deepest = 4;

/** Checks the name of a definition and the options given to it; options come back as they were written. */
export function checkDefinition(
  of: UseKind,
  { use, with: options = {} }: Readonly<Record<string, unknown>>,
  path: string,
  checking: Checking,
  depth = 0,
): { use: string; with: Record<string, Json> } | undefined {
  const { issues } = checking;
  const before = issues.length;
  if (typeof use !== 'string' || use === '') {
    issues.push({ path: below(path, 'use'), message: `is required: the name of a ${of}`, given: shownValue(use) });
  }
  if (!isMapping(options)) {
    issues.push({ path: below(path, 'with'), message: 'must be a mapping of options', given: shownValue(options) });
  }
  if (issues.length > before) return undefined;
  const checked = { use: use as string, with: options as Record<string, Json> };
  const registry = registryOf(of, checking);
  if (registry && !registry.has(checked.use)) {
    const near = didYouMean(checked.use, registry.names());
    const hint = near ? `did you mean "${near}"?` : `known: ${registry.names().join(', ') || 'none'}`;
    issues.push({ path: below(path, 'use'), message: `is not the name of a ${of}; ${hint}`, given: checked.use });
    return undefined;
  }
  const definition = registry?.get(checked.use);
  checkOptions(of, checked.with, below(path, 'with'), definition, checking);
  for (const [at, inner] of nestedIn(checked.with, definition)) {
    const place = below(below(path, 'with'), at);
    if (depth < deepest) checkDefinition(of, inner, place, checking, depth + 1);
    else issues.push({ path: place, message: `lies too deep: at most ${deepest} may lie within each other` });
  }
  return checked;
}

/** The definitions that options hold, with their paths; what is none of the right shape is told by `parseOptions`. */
function nestedIn(options: Record<string, Json>, definition: NamedOptions | undefined): [string, UseOption][] {
  const { nested = [] } = definition ?? {};
  return nested.flatMap((name) => {
    const given = Object.hasOwn(options, name) ? options[name] : undefined;
    const items = Array.isArray(given)
      ? given.map((item: Json, index): [string, Json] => [below(name, index), item])
      : given === undefined
        ? []
        : [[name, given] as [string, Json]];
    return items.flatMap(([at, item]): [string, UseOption][] => {
      const inner = useOf(item);
      return inner ? [[at, inner]] : [];
    });
  });
}

function checkOptions(
  of: UseKind,
  written: Record<string, Json>,
  path: string,
  definition: NamedOptions | undefined,
  checking: Checking,
): void {
  const { issues, variable } = checking;
  if (!secretive.includes(of) && hasReference(JSON.stringify(written))) {
    issues.push({ path, message: `of a ${of} cannot be read from the environment: it is stored with what it decides` });
    return;
  }
  const { options, missing } = resolveOptions(written, variable);
  if (missing.length > 0) {
    issues.push({ path, message: missingVariables(missing) });
    return;
  }
  try {
    definition?.parseOptions(options);
  } catch (error) {
    const problems =
      error instanceof DomainError && error.issues.length > 0
        ? error.issues
        : [{ path: '', message: messageOf(error), given: undefined }];
    const secret = hasReference(JSON.stringify(written));
    for (const problem of problems) {
      issues.push({
        path: problem.path === '' ? path : below(path, problem.path),
        message: concealValues(problem.message, written, variable),
        ...(secret || problem.given === undefined ? {} : { given: shownValue(problem.given) }),
      });
    }
  }
}

function registryOf(of: UseKind, { known }: Checking): Registry<NamedOptions> | undefined {
  const { registry, storages } = known;
  switch (of) {
    case 'trigger':
      return registry?.triggers;
    case 'trainer':
      return registry?.trainers;
    case 'gate':
      return registry?.gates;
    case 'notifier':
      return registry?.notifiers;
    case 'storage':
      return storages;
  }
}
