import { ConfigStore } from '../config/config-store.port.js';
import { Deployments } from '../deployment/deployments.port.js';
import type { AliasMove } from '../model/models.port.js';
import { Probations } from '../probation/probations.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';

const DAY_MS = 86_400_000;

/** Tells which version should stay in memory beside a champion, so that taking the champion back needs no load. */
@Service()
export class RollbackStandby {
  constructor(
    private readonly deployments: Deployments,
    private readonly probations: Probations,
    private readonly config: ConfigStore,
    private readonly clock: Clock,
  ) {}

  /**
   * The champion before, while the one that this move brought is on probation or about to be; undefined otherwise: one
   * version at most, and for the days of a probation at most.
   */
  async of({ model, id, previousVersion, deploymentId, movedAt }: AliasMove): Promise<number | undefined> {
    if (previousVersion === undefined) return undefined;
    const probation = await this.probations.find(model, id);
    if (probation) return probation.status === 'watching' ? previousVersion : undefined;
    // Not begun yet: the next check of the triggers does that, if one is to come.
    const { outcomes, days } = this.config.forModel(model).deployment.probation;
    if (outcomes === 0 || this.clock.now().getTime() - movedAt.getTime() > days * DAY_MS) return undefined;
    const deployment = deploymentId === undefined ? undefined : await this.deployments.find(deploymentId);
    return deployment?.kind === 'rollback' ? undefined : previousVersion;
  }
}
