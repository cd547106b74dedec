import { ChampionLedger } from '../deployment/champion-ledger.service.js';
import { ExpireApprovalsService } from '../deployment/expire-approvals.service.js';
import { PublishChampionService } from '../deployment/publish-champion.service.js';
import { Models } from '../model/models.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { BootstrapModelsService } from './bootstrap-models.service.js';
import { DeliverNext } from './deliver-next.service.js';

/** Rounds follow one another within seconds; ledgers are read whole. */
const AUDIT_MS = 10_000;

/** What one round of mending did. */
export interface Recovery {
  /** Runs put on the queue again because it is their turn: due ones that nobody took, and those whose worker is gone. */
  readonly delivered: readonly string[];
  /** First trainings that were requested. */
  readonly requested: readonly string[];
  readonly expired: readonly string[];
  /** Models whose file had to be brought in line with the champion. */
  readonly published: readonly string[];
  /** Why a model's file could not be brought in line, by model. */
  readonly problems: Readonly<Record<string, string>>;
  /** What somebody has edited in the registry, by model. */
  readonly tampered: Readonly<Record<string, string>>;
}

/** Closes every gap that a crash may leave between the rows and the rest of the world. */
@Service()
export class RecoverRunsService {
  /** Epoch milliseconds of the last look at the ledgers. */
  private audited = 0;

  constructor(
    private readonly delivering: DeliverNext,
    private readonly models: Models,
    private readonly bootstrapping: BootstrapModelsService,
    private readonly expiring: ExpireApprovalsService,
    private readonly publishing: PublishChampionService,
    private readonly ledger: ChampionLedger,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<Recovery> {
    const delivered = await this.delivering.execute();
    const requested = (await this.bootstrapping.execute()).map(({ id }) => id);
    const expired = (await this.expiring.execute()).map(({ id }) => id);
    const tampered = await this.audit();
    return { delivered, requested, expired, tampered, ...(await this.publish()) };
  }

  private async audit(): Promise<Readonly<Record<string, string>>> {
    const tampered: Record<string, string> = {};
    const now = this.clock.now().getTime();
    if (now - this.audited < AUDIT_MS) return tampered;
    this.audited = now;
    for (const { name } of await this.models.list()) {
      const problem = await this.ledger.mend(name);
      if (problem !== undefined) tampered[name] = problem;
    }
    return tampered;
  }

  /** One model's broken file or artifact does not keep the others from being mended. */
  private async publish(): Promise<Pick<Recovery, 'published' | 'problems'>> {
    const published: string[] = [];
    const problems: Record<string, string> = {};
    for (const champion of await this.models.aliases('champion')) {
      const { wrote, problem } = await this.publishing.mend(champion);
      if (wrote) published.push(champion.model);
      if (problem !== undefined) problems[champion.model] = problem;
    }
    return { published, problems };
  }
}
