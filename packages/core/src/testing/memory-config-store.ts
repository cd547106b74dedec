import { isDeepStrictEqual } from 'node:util';
import {
  ConfigStore,
  type ConfigRevision,
  type ConfigSnapshot,
  type ConfigSource,
} from '../config/config-store.port.js';
import { effectiveConfig } from '../config/effective-config.js';
import type { InstallationConfig, RetrainingConfig } from '../config/retraining-config.js';
import type { Clock } from '../shared/clock.port.js';
import type { Json } from '../shared/json.js';
import type { Page, PageRequest } from '../shared/page.js';
import { pageOf } from './memory-page.js';

/** A configuration given as an object. Changes are taken as they are: validation belongs to whoever reads files. */
export class MemoryConfigStore extends ConfigStore {
  private snapshot: ConfigSnapshot;
  private readonly history: ConfigRevision[] = [];
  private readonly listeners = new Set<(snapshot: ConfigSnapshot) => void>();

  constructor(
    config: InstallationConfig,
    private readonly clock: Clock,
  ) {
    super();
    const sources = Object.fromEntries(Object.keys(config).map((key): [string, ConfigSource] => [key, 'file']));
    this.snapshot = { revision: 1, config, shown: config, sources };
  }

  current(): ConfigSnapshot {
    return this.snapshot;
  }

  forModel(model: string): RetrainingConfig {
    return effectiveConfig(this.snapshot.config, model);
  }

  async update(patch: Readonly<Record<string, unknown>>, actor: string): Promise<ConfigSnapshot> {
    const before = this.snapshot.config as unknown as Record<string, unknown>;
    const changed = Object.entries(patch).filter(([key, value]) => !isDeepStrictEqual(before[key], value));
    const revision = this.snapshot.revision + 1;
    const changes = changed.map(([key, to]): [string, Json] => [key, { from: asJson(before[key]), to: asJson(to) }]);
    this.history.push({
      revision,
      actor,
      source: 'api',
      changedAt: this.clock.now(),
      changes: Object.fromEntries(changes),
    });
    const sources = { ...this.snapshot.sources };
    for (const [key] of changed) sources[key] = 'api';
    const config = { ...this.snapshot.config, ...patch };
    this.snapshot = { revision, config, shown: config, sources };
    this.listeners.forEach((listener) => listener(this.snapshot));
    return this.snapshot;
  }

  async revisions(page: PageRequest): Promise<Page<ConfigRevision>> {
    const rows = this.history.map((item) => ({ position: item.revision, item }));
    return pageOf(rows, page, ({ item }) => item);
  }

  onChange(listener: (snapshot: ConfigSnapshot) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

const asJson = (value: unknown): Json => (value === undefined ? null : (value as Json));
