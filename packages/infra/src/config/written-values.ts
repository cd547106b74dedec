import {
  changesBetween,
  configKey,
  configKeys,
  didYouMean,
  mask,
  mergePatch,
  referencedNames,
  sameJson,
  type ConfigSource,
  type InstallationConfig,
  type Issue,
  type Json,
  type JsonObject,
} from '@retrain/core';

const asJson = (config: InstallationConfig): JsonObject => config as unknown as JsonObject;

/** Problems of a patch that its outcome would not show: unknown keys, keys of the file alone, masked values. */
export function patchIssues(patch: JsonObject, shown: InstallationConfig): Issue[] {
  const names = configKeys.map(({ key }) => key);
  return Object.entries(patch).flatMap(([key, value]): Issue[] => {
    const known = configKey(key);
    if (!known) {
      const near = didYouMean(key, names);
      return [{ path: key, message: `is not a known key${near ? `; did you mean "${near}"?` : ''}`, given: value }];
    }
    if (sameJson(value, asJson(shown)[key])) return [];
    if (known.fileOnly) return [{ path: key, message: 'can only be changed in the configuration file' }];
    return holdsMask(value)
      ? [
          {
            path: key,
            message: `holds "${mask}", which stands for a secret; write it as \${NAME} and set NAME in the environment`,
          },
        ]
      : [];
  });
}

/**
 * Variables that only a patch refers to. The file says which ones may be read: whoever may change values through the API
 * may not have any variable of the environment sent somewhere.
 */
export function foreignReferences(patch: JsonObject, ...written: readonly JsonObject[]): Issue[] {
  const known = new Set(written.flatMap((values) => [...referencedNames(values)]));
  return Object.entries(patch).flatMap(([path, value]) =>
    [...referencedNames(value)]
      .filter((name) => !known.has(name))
      .map((name) => ({
        path,
        message: `reads \${${name}}, which the configuration file does not; add it there first`,
      })),
  );
}

/**
 * Recipes of a patch that run programs and that the written values do not hold: whoever may change values through the API
 * may not choose what runs on the machine.
 */
export function foreignPrograms(
  patch: JsonObject,
  runsPrograms: (trainer: string) => boolean,
  ...written: readonly JsonObject[]
): Issue[] {
  const known = written.flatMap((values) => recipesOf(values).map(({ recipe }) => recipe));
  return recipesOf(patch)
    .filter(({ recipe }) => runsPrograms(nameOf(recipe)) && !known.some((other) => sameJson(recipe, other)))
    .map(({ path, recipe }) => ({
      path,
      message: `uses the trainer "${nameOf(recipe)}", which runs programs: such recipes can only be written in the configuration file`,
    }));
}

/** Entries of every `trainers` list, of the installation and of its models, with the top-level key that holds them. */
function recipesOf({ trainers, models }: JsonObject): { readonly path: string; readonly recipe: Json }[] {
  const entries = (path: string, list: Json | undefined) =>
    Array.isArray(list) ? list.map((recipe: Json) => ({ path, recipe })) : [];
  const ofModels = isMapping(models) ? Object.values(models) : [];
  return [
    ...entries('trainers', trainers),
    ...ofModels.flatMap((model) => entries('models', isMapping(model) ? model['trainers'] : undefined)),
  ];
}

function nameOf(recipe: Json): string {
  return String(isMapping(recipe) ? recipe['use'] : recipe);
}

function isMapping(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The written values with a patch merged in; keys that the patch leaves as they are stay as they were written. */
export function withPatch(written: JsonObject, patch: JsonObject, shown: InstallationConfig): JsonObject {
  const told = Object.entries(patch).filter(([key, value]) => value === null || !sameJson(value, asJson(shown)[key]));
  // Merged into its default, a first override of one model does not make the others disappear.
  const base = { models: configKey('models')!.fallback!, ...written };
  const merged = mergePatch(base, Object.fromEntries(told)) as JsonObject;
  if (written['models'] !== undefined || told.some(([key]) => key === 'models')) return merged;
  const { models: _, ...others } = merged;
  return others;
}

/** Top-level keys that differ. */
export function changedKeys(from: Json, to: Json): readonly string[] {
  return [...new Set(changesBetween(from, to).map(({ path }) => path[0]!))];
}

/** Where each key's value comes from after some keys were changed. */
export function sourcesAfter(
  before: JsonObject,
  changed: readonly string[],
  config: JsonObject,
  source: ConfigSource,
): JsonObject {
  return Object.fromEntries(
    configKeys.map(({ key }) => {
      if (!changed.includes(key)) return [key, before[key] ?? 'default'];
      return [key, Object.hasOwn(config, key) ? source : 'default'];
    }),
  );
}

function holdsMask(value: Json): boolean {
  if (value === mask) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some((inner) => holdsMask(inner as Json));
}
