import { ConfigStore } from '../config/config-store.port.js';
import { Models, type Alias } from '../model/models.port.js';
import { Clock } from '../shared/clock.port.js';
import { messageOf } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import { ChampionFiles } from './champion-files.port.js';
import { ChampionLedger } from './champion-ledger.service.js';

const LOOK_AGAIN_MS = 5 * 60_000;

/** Brings the file at `model_path` in line with the champion alias; it is free to run at any time, any number of times. */
@Service()
export class PublishChampionService {
  /** What each model's file was last seen to hold. */
  private readonly seen = new Map<string, { readonly revision: number; readonly path: string; readonly at: number }>();

  constructor(
    private readonly models: Models,
    private readonly ledger: ChampionLedger,
    private readonly artifacts: ArtifactStore,
    private readonly files: ChampionFiles,
    private readonly config: ConfigStore,
    private readonly clock: Clock,
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

  /**
   * As `attempt`, for those who look again and again: files are only read when the champion or its path has changed, and
   * every few minutes in case somebody else has touched them.
   * @param champion as it was a moment ago; one that has moved meanwhile is looked at again.
   */
  async mend({ model, revision }: Alias): Promise<{ readonly wrote: boolean; readonly problem?: string }> {
    const path = this.config.current().config.models[model] && this.config.forModel(model).model_path;
    if (path === undefined) return { wrote: false };
    const seen = this.seen.get(model);
    const now = this.clock.now().getTime();
    const same = seen?.revision === revision && seen.path === path;
    if (same && now - seen.at < LOOK_AGAIN_MS) return { wrote: false };
    const answer = await this.attempt(model);
    if (answer.problem === undefined) this.seen.set(model, { revision, path, at: now });
    return answer;
  }

  /** Answers whether it wrote. Nothing happens without a champion. */
  async execute(model: string): Promise<boolean> {
    let wrote = false;
    let published: Alias | undefined;
    for (;;) {
      const alias = await this.models.alias(model, 'champion');
      // Asked again after each write: another promotion may have come in between, and the last one must win.
      if (!alias || alias.revision === published?.revision) return wrote;
      const { head } = await this.ledger.audit(model);
      const version = head && (await this.models.version(model, head.version));
      if (!version) return wrote;
      const bytes = await this.artifacts.get(version.artifact);
      wrote = (await this.files.publish(this.config.forModel(model).model_path, bytes)) || wrote;
      published = alias;
    }
  }
}
