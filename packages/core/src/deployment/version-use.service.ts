import { Models } from '../model/models.port.js';
import { Probations } from '../probation/probations.port.js';
import { Rollouts } from '../rollout/rollouts.port.js';
import { outputIfAny } from '../run/outputs.js';
import type { TrainingRun } from '../run/training-run.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Service } from '../shared/service.js';
import { Deployments } from './deployments.port.js';
import { RollbackTarget } from './rollback-target.service.js';

/** Knows what keeps a version from being deleted. */
@Service()
export class VersionUse {
  constructor(
    private readonly models: Models,
    private readonly deployments: Deployments,
    private readonly rollouts: Rollouts,
    private readonly probations: Probations,
    private readonly runs: TrainingRuns,
    private readonly targets: RollbackTarget,
  ) {}

  /** What needs the version, as the end of a sentence ("is the champion"); undefined when nothing does. */
  async of(model: string, version: number): Promise<string | undefined> {
    return (
      (await this.inOffice(model, version)) ??
      (await this.onTrial(model, version)) ??
      (await this.inRun(model, version)) ??
      (await this.appointed(model, version))
    );
  }

  private async inOffice(model: string, version: number): Promise<string | undefined> {
    const champion = await this.models.alias(model, 'champion');
    if (champion?.version === version) return 'is the champion';
    const { items } = await this.models.aliasMoves(model, 'champion', { limit: 1 });
    const target = champion && (await this.targets.of(model, champion.version));
    if (version !== target && version !== items[0]?.previousVersion) return undefined;
    return 'is what a roll-back of the champion leads to';
  }

  private async onTrial(model: string, version: number): Promise<string | undefined> {
    const rollout = await this.rollouts.active(model);
    if (rollout?.challenger === version) return `is tried beside the champion (rollout ${rollout.id})`;
    if (rollout?.champion === version) return `is what rollout ${rollout.id} compares with`;
    const watching = await this.probations.watching(model);
    const watched = watching.find((row) => row.version === version || row.previousVersion === version);
    return watched && `is part of the probation of version ${watched.version}`;
  }

  /** As the candidate of a run that goes on, or as what it compares with and may begin its fits from. */
  private async inRun(model: string, version: number): Promise<string | undefined> {
    const [waiting] = await this.deployments.awaiting(model, version);
    if (waiting) return `waits for approval (deployment ${waiting.id}); reject that first`;
    const run = await this.runs.active(model);
    if (run?.candidateVersion === version) return `is the candidate of run ${run.id}, which goes on`;
    const open = [...(run ? [run] : []), ...(await this.runs.awaitingApproval(model))];
    const comparing = open.find((one) => baselineOf(one) === version);
    return comparing && `is what run ${comparing.id} (${comparing.status}) compares its candidate with`;
  }

  private async appointed(model: string, version: number): Promise<string | undefined> {
    const challenger = await this.models.alias(model, 'challenger');
    return challenger?.version === version ? 'is the challenger, until another version is tried' : undefined;
  }
}

function baselineOf(run: TrainingRun): number | undefined {
  return outputIfAny(run, 'prepare')?.championVersion;
}
