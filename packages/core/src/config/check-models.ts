import { didYouMean } from '../shared/did-you-mean.js';
import type { Json } from '../shared/json.js';
import { checkFields } from './check-value.js';
import { below, isMapping, shownValue, type Checking } from './checking.js';
import { configKey, configKeys } from './keys.js';
import type { ModelEntry } from './retraining-config.js';
import type { Field } from './schema.js';

/** Model names stand in addresses, file names and metrics as they are. */
const modelName = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** Fields of a `models:` entry. Their defaults are the values of the whole installation, so they have none here. */
const entryFields: readonly Field[] = [
  {
    key: 'definition',
    doc: 'The kind of model, as registered by a plug-in; not given: the one of the same name.',
    schema: { kind: 'text', rule: 'the name of a model definition' },
  },
  ...configKeys.filter((key) => key.scope === 'model').map(({ key, doc, schema }): Field => ({ key, doc, schema })),
];

/** Checks the `models:` section against the checked keys of the installation, which complete nested overrides. */
export function checkModels(
  raw: Readonly<Record<string, unknown>>,
  installation: Readonly<Record<string, unknown>>,
  checking: Checking,
): Record<string, ModelEntry> {
  const entries = Object.entries(raw).flatMap(([name, entry]): [string, ModelEntry][] => {
    const path = below('models', name);
    if (!modelName.test(name)) {
      const message =
        'is not a model name: lower-case letters, digits, "-" and "_", at most 64, a letter or digit first';
      checking.issues.push({ path, message, given: name });
      return [];
    }
    if (entry !== null && !isMapping(entry)) {
      checking.issues.push({ path, message: 'must be a mapping of keys', given: shownValue(entry) });
      return [];
    }
    return [[name, checkEntry(name, entry ?? {}, installation, path, checking)]];
  });
  return Object.fromEntries(entries);
}

function checkEntry(
  name: string,
  raw: Record<string, unknown>,
  installation: Readonly<Record<string, unknown>>,
  path: string,
  checking: Checking,
): ModelEntry {
  const given = entryFields.filter((field) => raw[field.key] !== undefined && raw[field.key] !== null);
  // A nested key completes itself from the installation; a key that the entry leaves out stays out and follows it.
  const base = Object.fromEntries(given.map((field) => [field.key, installation[field.key]])) as Json;
  const entry = checkFields(entryFields, raw, path, checking, base, (key) =>
    configKey(key)?.scope === 'installation'
      ? 'belongs to the whole installation: move it to the top level'
      : undefined,
  );
  const definition = (entry.definition as string | undefined) ?? name;
  checkDefinitionName(definition, entry.definition === undefined ? path : below(path, 'definition'), checking);
  return { ...entry, definition };
}

function checkDefinitionName(definition: string, path: string, { known, issues }: Checking): void {
  const models = known.registry?.models;
  if (!models || models.has(definition)) return;
  const near = didYouMean(definition, models.names());
  const hint = near ? `did you mean "${near}"?` : `known: ${models.names().join(', ') || 'none'}`;
  issues.push({ path, message: `there is no model definition "${definition}"; ${hint}`, given: definition });
}
