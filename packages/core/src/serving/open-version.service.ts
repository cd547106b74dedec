import { VersionLoader } from '../deployment/version-loader.service.js';
import { Models } from '../model/models.port.js';
import { readsOf } from '../model/version-features.js';
import { PluginRegistry } from '../plugin/registry.js';
import { Service } from '../shared/service.js';
import type { LoadedVersion } from './loaded-version.js';

/** Brings a registered version into memory. */
@Service()
export class OpenVersion {
  constructor(
    private readonly models: Models,
    private readonly loader: VersionLoader,
    private readonly plugins: PluginRegistry,
  ) {}

  /** The version, or why it can never serve; rejects when that cannot be known now. Whoever opens it releases its scorer. */
  async execute(model: string, number: number): Promise<LoadedVersion | { readonly problem: string }> {
    const version = await this.models.version(model, number);
    const row = await this.models.find(model);
    if (!version || !row) return { problem: `The registry has no version ${number} of "${model}".` };
    const definition = this.plugins.models.get(row.definition);
    const loaded = await this.loader.tryLoad(version, definition);
    if ('problem' in loaded) return loaded;
    const reads = readsOf(version, definition.schema);
    const own = reads.kind === 'columns' ? { columns: reads.columns } : {};
    return { version, definition, scorer: loaded.scorer, ...own };
  }
}
