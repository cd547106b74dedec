import { MoveChampionService } from '../deployment/move-champion.service.js';
import { PublishChampionService } from '../deployment/publish-champion.service.js';
import { VersionLoader } from '../deployment/version-loader.service.js';
import { EventLog } from '../event/event-log.port.js';
import { Signals } from '../event/signals.port.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { QuarantineGate } from '../quarantine/quarantine-gate.service.js';
import { QuarantineVersion } from '../quarantine/quarantine-version.service.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Clock } from '../shared/clock.port.js';
import { DomainError, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { CloseRollout, type RolloutClosing } from './close-rollout.service.js';
import { CollectEvidence } from './collect-evidence.service.js';
import { judgeRollout } from './judge-rollout.js';
import { nextStep } from './next-step.js';
import { shareOf } from './plan-rollout.js';
import type { Rollout, RolloutLook } from './rollout.js';
import type { RolloutEvidence, RolloutJudgement } from './rollout-evidence.js';
import { factsOf } from './rollout-events.js';
import { Rollouts } from './rollouts.port.js';

/** One look at a rollout and what came of it. */
export interface WatchedRollout {
  readonly rollout: Rollout;
  readonly look: RolloutLook;
}

/** A look is kept when the outcomes have grown by this factor since the last one that was, or when something happens. */
const KEEP_FACTOR = 1.02;
const BY = 'system';

/**
 * Looks at rollouts and acts: next step, promotion, roll-back into quarantine, end without decision.
 *
 * Live rollouts are looked at by the wall clock. One that plays in the past is looked at by checks of past days only, as
 * of those days. Any number of processes may look at once: a change names the revision that was seen, and one wins.
 */
@Service()
export class WatchRolloutsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly rollouts: Rollouts,
    private readonly models: Models,
    private readonly runs: TrainingRuns,
    private readonly plugins: PluginRegistry,
    private readonly versions: VersionLoader,
    private readonly quarantine: QuarantineGate,
    private readonly quarantining: QuarantineVersion,
    private readonly evidence: CollectEvidence,
    private readonly closing: CloseRollout,
    private readonly champions: MoveChampionService,
    private readonly publishing: PublishChampionService,
    private readonly events: EventLog,
    private readonly signals: Signals,
    private readonly clock: Clock,
  ) {}

  /** Looks at every live rollout; one that cannot be looked at does not hold up the others, and is told last. */
  async execute(): Promise<readonly WatchedRollout[]> {
    const failures: unknown[] = [];
    const watched: WatchedRollout[] = [];
    for (const rollout of await this.rollouts.running()) {
      if (rollout.simulated) continue;
      const seen = await this.look(rollout, this.clock.now()).catch((error: unknown) => void failures.push(error));
      if (seen) watched.push(seen);
    }
    if (failures.length > 0) throw failures[0];
    return watched;
  }

  /** Looks at the model's rollout as of a day of the past, if it plays there. */
  async asOf(model: string, asOf: Date): Promise<WatchedRollout | undefined> {
    const rollout = await this.rollouts.active(model);
    if (!rollout?.simulated || asOf < rollout.asOf) return undefined;
    return this.look(rollout, asOf);
  }

  private async look(rollout: Rollout, asOf: Date): Promise<WatchedRollout | undefined> {
    const run = rollout.runId === undefined ? undefined : await this.runs.find(rollout.runId);
    // Its run is still on the way: it can be decided once that has come to rest.
    if (run?.status === 'running' || run?.status === 'queued') return undefined;
    const last = await this.rollouts.lastLook(rollout.id);
    if (last && asOf < last.asOf) return undefined;
    const evidence = await this.evidence.execute(rollout, asOf);
    const judgement = await this.safely(rollout, judgeRollout(evidence, rollout.plan));
    const look = this.lookOf(rollout, asOf, judgement, (last?.number ?? 0) + 1);
    const after = await this.unitOfWork.transaction(() => this.act(rollout, evidence, judgement, look, last));
    if (!after) return undefined;
    if (after.status === 'promoted') await this.publishing.attempt(after.model);
    return { rollout: after, look };
  }

  /** Nothing that cannot be read any more, or was put into quarantine meanwhile, is ever promoted. */
  private async safely(rollout: Rollout, judgement: RolloutJudgement): Promise<RolloutJudgement> {
    if (judgement.verdict !== 'promote') return judgement;
    const { model, challenger } = rollout;
    try {
      const version = await this.models.version(model, challenger);
      if (!version) throw notFound('unknown_version', `Model "${model}" has no version ${challenger}.`);
      await this.quarantine.check(version);
      const row = await this.models.find(model);
      await this.versions.verify(version, this.plugins.models.get(row?.definition ?? model));
      return judgement;
    } catch (error) {
      if (!(error instanceof DomainError) || error.retryable) throw error;
      const reason = `Version ${challenger} may not answer any more: ${error.message}`;
      return { ...judgement, verdict: 'roll_back', code: 'errors', reason };
    }
  }

  /** The rollout afterwards; undefined when somebody else was first. Joins the transaction. */
  private async act(
    rollout: Rollout,
    evidence: RolloutEvidence,
    judgement: RolloutJudgement,
    look: RolloutLook,
    last: RolloutLook | undefined,
  ): Promise<Rollout | undefined> {
    const { verdict, reason } = judgement;
    const { asOf } = look;
    const serving = await this.models.alias(rollout.model, 'champion');
    if (serving?.version !== rollout.champion) {
      const told = `Version ${serving?.version ?? 'none'} answers now, and not ${rollout.champion}, beside which it was tried.`;
      return this.end(rollout, look, { status: 'superseded', actor: BY, reason: told, asOf });
    }
    switch (verdict) {
      case 'promote':
        return this.end(rollout, look, { status: 'promoted', actor: BY, reason, asOf });
      case 'roll_back':
        return this.end(rollout, look, { status: 'rolled_back', actor: BY, reason, asOf });
      case 'no_decision':
        return this.end(rollout, look, { status: 'undecided', actor: BY, reason, asOf });
      case 'continue':
        return this.goOn(rollout, evidence, judgement, look, last);
    }
  }

  private async end(rollout: Rollout, look: RolloutLook, closing: RolloutClosing): Promise<Rollout | undefined> {
    const { model, runId, champion } = rollout;
    const closed = await this.closing.execute(rollout, closing);
    if (!closed) return undefined;
    await this.rollouts.addLook(look);
    const { actor, reason, asOf } = closing;
    const move = { id: rollout.deploymentId, model, version: rollout.challenger, runId, kind: 'promotion' as const };
    const about = { actor, reason, asOf };
    const also =
      closing.status === 'promoted'
        ? await this.champions.execute({ deployment: move, expectedVersion: champion, ...about })
        : closing.status === 'rolled_back'
          ? await this.quarantining.execute({ model, version: rollout.challenger, ...about })
          : [];
    const [first, ...rest] = closed;
    await this.events.append(first!, ...also, ...rest);
    return this.rollouts.find(rollout.id);
  }

  private async goOn(
    rollout: Rollout,
    { step, asOf }: RolloutEvidence,
    { verdict }: RolloutJudgement,
    look: RolloutLook,
    last: RolloutLook | undefined,
  ): Promise<Rollout | undefined> {
    const { id, revision, plan, model, runId } = rollout;
    const next = step ? nextStep(plan, step, verdict, asOf) : rollout.step;
    if (next === rollout.step) {
      if (isWorthKeeping(look, last)) await this.rollouts.addLook(look);
      return rollout;
    }
    const share = shareOf(plan, next);
    const advanced = await this.rollouts.advance(id, revision, { step: next, share, since: asOf });
    if (!advanced) return undefined;
    await this.rollouts.addLook(look);
    await this.signals.send({ kind: 'rollout_changed', model });
    const payload = { ...factsOf(rollout), step: next, share, outcomes: look.outcomes };
    await this.events.append({ model, runId, actor: BY, asOf, type: 'rollout.advanced', payload });
    return advanced;
  }

  private lookOf(rollout: Rollout, asOf: Date, judgement: RolloutJudgement, number: number): RolloutLook {
    const { id: rolloutId, step, share } = rollout;
    const { verdict, code, reason, n: outcomes, evidence } = judgement;
    return { rolloutId, number, at: this.clock.now(), asOf, step, share, verdict, code, reason, outcomes, evidence };
  }
}

function isWorthKeeping(look: RolloutLook, last: RolloutLook | undefined): boolean {
  if (!last || last.code !== look.code || last.verdict !== look.verdict || last.step !== look.step) return true;
  return (
    look.outcomes !== last.outcomes && Math.abs(look.outcomes - last.outcomes) >= (KEEP_FACTOR - 1) * last.outcomes
  );
}
