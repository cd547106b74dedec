import type { Page, PageRequest } from '../shared/page.js';
import type { JsonObject } from '../shared/json.js';
import type { InstallationConfig, RetrainingConfig } from './retraining-config.js';

/** Where the value of a key comes from. */
export type ConfigSource = 'default' | 'file' | 'api';

/** A configuration in force. */
export interface ConfigSnapshot {
  readonly revision: number;
  /** With paths filled in from the environment: for deciding, never for showing. */
  readonly config: InstallationConfig;
  /** The same for showing, storing and exporting: `${NAME}` as written, secrets masked. */
  readonly shown: InstallationConfig;
  /** By top-level key. */
  readonly sources: Readonly<Record<string, ConfigSource>>;
}

/** One change of the configuration. */
export interface ConfigRevision {
  readonly revision: number;
  readonly actor: string;
  readonly source: ConfigSource;
  readonly changedAt: Date;
  /** By dotted path: `{ from, to }`. */
  readonly changes: JsonObject;
}

/** The configuration in force, the same in every process within a moment of a change. */
export abstract class ConfigStore {
  /** From memory; throws before the first load. */
  abstract current(): ConfigSnapshot;
  /** The keys of one model with its overrides applied; throws `unknown_model`. */
  abstract forModel(model: string): RetrainingConfig;
  /** Validates and stores a change of any subset of keys. Rejects with `invalid_config` carrying every problem; the old one stays. */
  abstract update(patch: Readonly<Record<string, unknown>>, actor: string): Promise<ConfigSnapshot>;
  abstract revisions(page: PageRequest): Promise<Page<ConfigRevision>>;
  /** Called after every change that reached this process. Returns the function that stops it. */
  abstract onChange(listener: (snapshot: ConfigSnapshot) => void): () => void;
}
