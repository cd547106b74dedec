import type { Deployment } from '../deployment/deployment.js';
import { Deployments } from '../deployment/deployments.port.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models, type AliasMove } from '../model/models.port.js';
import { Probations } from '../probation/probations.port.js';
import { Quarantines } from '../quarantine/quarantines.port.js';
import { Rollouts } from '../rollout/rollouts.port.js';
import { Service } from '../shared/service.js';
import type { ToldDeployment, VersionStory } from './run-story.js';

/** Told at most; a rollout keeps a look per 2 % more outcomes. */
const LOOKS = 500;
const MOVES = 50;

/** Puts together from the rows what became of a version: proposals, trials, moves of aliases, probations, quarantine. */
@Service()
export class TellVersionService {
  constructor(
    private readonly models: Models,
    private readonly deployments: Deployments,
    private readonly rollouts: Rollouts,
    private readonly probations: Probations,
    private readonly quarantines: Quarantines,
  ) {}

  /** @param proposed the deployment that is known to belong to it already, where there is one. */
  async execute(version: ModelVersion, proposed?: Deployment): Promise<VersionStory> {
    const moves = await this.models.movesOfVersion(version.model, version.version, MOVES);
    const [deployments, probations, quarantines] = await Promise.all([
      this.deploymentsOf(version, proposed, moves),
      this.probationsOf(version, moves),
      this.quarantines.list(version.model),
    ]);
    const quarantine = quarantines.find((row) => row.version === version.version);
    return { version, deployments, moves, probations, ...(quarantine ? { quarantine } : {}) };
  }

  private async deploymentsOf(
    version: ModelVersion,
    proposed: Deployment | undefined,
    moves: readonly AliasMove[],
  ): Promise<readonly ToldDeployment[]> {
    // What the next challenger was tried by is its own story; what took the champion's place belongs to this one.
    const its = moves.filter((move) => move.version === version.version || move.alias === 'champion');
    const ids = its.map(({ deploymentId }) => deploymentId).filter((id) => id !== undefined);
    const found = [
      ...(proposed ? [proposed] : []),
      ...(await this.deployments.awaiting(version.model, version.version)),
      ...(await this.deployments.withIds([...new Set(ids)])),
    ];
    const each = [...new Map(found.map((deployment) => [deployment.id, deployment])).values()];
    each.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    const approvals = await this.deployments.approvals(each.map(({ id }) => id));
    return Promise.all(
      each.map(async (deployment) => {
        const given = approvals.filter(({ deploymentId }) => deploymentId === deployment.id);
        const tried = deployment.version === version.version && deployment.strategy !== 'direct';
        const rollout = tried ? await this.rollouts.ofDeployment(deployment.id) : undefined;
        const looks = rollout ? await this.rollouts.looks(rollout.id, { limit: LOOKS }) : { items: [] };
        return { deployment, approvals: given, rollout, looks: [...looks.items].reverse() };
      }),
    );
  }

  private async probationsOf({ version }: ModelVersion, moves: readonly AliasMove[]) {
    const begun = moves.filter((move) => move.alias === 'champion' && move.version === version);
    const found = await Promise.all(begun.map(({ model, id }) => this.probations.find(model, id)));
    return found.filter((probation) => probation !== undefined);
  }
}
