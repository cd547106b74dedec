import type { Issue } from '../shared/errors.js';
import type { Json } from '../shared/json.js';
import { checkFields } from './check-value.js';
import { checkModels } from './check-models.js';
import { isMapping, shownValue, type Checking, type KnownNames } from './checking.js';
import { crossIssues } from './cross-rules.js';
import type { ReadVariable } from './environment-references.js';
import { configKeys } from './keys.js';
import { redact, restoreReferences } from './redact.js';
import type { InstallationConfig } from './retraining-config.js';

/** What a configuration is checked against. */
export interface ValidationContext extends KnownNames {
  /** Reads a variable of the environment, for `${NAME}`. */
  readonly variable: ReadVariable;
}

/** A configuration in force, or every problem of it. */
export type Validation =
  | {
      readonly config: InstallationConfig;
      /** The same to be shown, stored or returned: `${NAME}` as written, hashes and plain secrets masked. */
      readonly shown: InstallationConfig;
      readonly issues?: undefined;
    }
  | { readonly issues: readonly Issue[]; readonly config?: undefined; readonly shown?: undefined };

/**
 * Checks a whole configuration as it was written and completes it with every default.
 *
 * Finds every problem at once; each has its dotted path, what was given and what is allowed. `${NAME}` is replaced in
 * paths; in the options of notifications and storage it is checked and left for whoever uses them, so that a secret
 * is never part of a configuration.
 */
export function validateConfig(raw: unknown, context: ValidationContext): Validation {
  if (!isMapping(raw ?? {})) {
    return { issues: [{ path: '', message: 'must be a mapping of keys', given: shownValue(raw) }] };
  }
  const { variable, ...known } = context;
  const checking: Checking = { issues: [], variable, known, written: new Map() };
  const values = checkFields(configKeys, (raw ?? {}) as Record<string, unknown>, '', checking);
  if (isMapping(values.models)) values.models = checkModels(values.models, values, checking);
  if (checking.issues.length > 0) return { issues: checking.issues };
  const config = values as unknown as InstallationConfig;
  const issues = crossIssues(config, known);
  if (issues.length > 0) return { issues };
  return {
    config,
    shown: redact(restoreReferences(values as Json, checking.written)) as unknown as InstallationConfig,
  };
}

/** All problems as text for people, one a line. */
export function describeIssues(issues: readonly Issue[]): string {
  return issues
    .map(({ path, message, given }) => `${path || 'the configuration'}: ${message}${givenPart(given)}`)
    .join('\n');
}

function givenPart(given: unknown): string {
  return given === undefined ? '' : ` (given: ${JSON.stringify(given)})`;
}
