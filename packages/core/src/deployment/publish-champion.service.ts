import { ConfigStore } from '../config/config-store.port.js';
import { Models, type Alias } from '../model/models.port.js';
import { messageOf } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import { ChampionFiles } from './champion-files.port.js';

/** Brings the file at `model_path` in line with the champion alias; it is free to run at any time, any number of times. */
@Service()
export class PublishChampionService {
  constructor(
    private readonly models: Models,
    private readonly artifacts: ArtifactStore,
    private readonly files: ChampionFiles,
    private readonly config: ConfigStore,
  ) {}

  /**
   * As `execute`, for those who have just moved the champion: the move stands whether or not the file could be written.
   * Answers why it could not; `recover-runs` tries again.
   */
  async attempt(model: string): Promise<{ readonly wrote: boolean; readonly problem?: string }> {
    try {
      return { wrote: await this.execute(model) };
    } catch (error) {
      return { wrote: false, problem: messageOf(error) };
    }
  }

  /** Answers whether it wrote. Nothing happens without a champion. */
  async execute(model: string): Promise<boolean> {
    let wrote = false;
    let published: Alias | undefined;
    for (;;) {
      const alias = await this.models.alias(model, 'champion');
      // Asked again after each write: another promotion may have come in between, and the last one must win.
      if (!alias || alias.revision === published?.revision) return wrote;
      const version = await this.models.version(model, alias.version);
      if (!version) return wrote;
      const bytes = await this.artifacts.get(version.artifact);
      wrote = (await this.files.publish(this.config.forModel(model).model_path, bytes)) || wrote;
      published = alias;
    }
  }
}
