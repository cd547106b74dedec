import { ConfigStore } from '../config/config-store.port.js';
import { Deployments } from '../deployment/deployments.port.js';
import { RollbackService } from '../deployment/rollback.service.js';
import { EventLog } from '../event/event-log.port.js';
import { Models, type AliasMove } from '../model/models.port.js';
import { rolloutDefaults } from '../rollout/rollout-plan.js';
import { Clock } from '../shared/clock.port.js';
import { DomainError } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { GatherProbation } from './gather-probation.service.js';
import { judgeProbation, type ProbationJudgement } from './judge-probation.js';
import type { Probation, ProbationUpdate } from './probation.js';
import { Probations } from './probations.port.js';

const BY = 'system';
/** Nats by which a champion on probation may fall behind the benchmark. */
const BENCHMARK_MARGIN = 0.03;
/** A move that lies longer before its own writing than this was decided as of a day of the past. */
const REPLAY_MS = 60_000;

/**
 * Watches a new champion after its promotion, and takes it back by itself when it does harm: the one before it answers
 * again, and the version is quarantined.
 *
 * A promotion needs to know nothing of this: the first look after a move of the champion begins its probation. Looks may
 * be many and come from any number of processes; each acts on rows by compare-and-set.
 */
@Service()
export class WatchProbation {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly models: Models,
    private readonly deployments: Deployments,
    private readonly probations: Probations,
    private readonly gathering: GatherProbation,
    private readonly rollingBack: RollbackService,
    private readonly events: EventLog,
    private readonly config: ConfigStore,
    private readonly clock: Clock,
  ) {}

  /**
   * The champion's probation after this look; undefined when it has none (a first champion, a roll-back, switched off).
   * @param asOf a day of the past: goes on with probations of a replay only, and a look without one with all others.
   */
  async execute(model: string, asOf?: Date): Promise<Probation | undefined> {
    const { items } = await this.models.aliasMoves(model, 'champion', { limit: 1 });
    const move = items[0];
    if (!move) return undefined;
    const watching = await this.probations.watching(model);
    await this.endOlder(watching, move);
    const probation = watching.find(({ moveId }) => moveId === move.id) ?? (await this.of(move));
    if (probation?.status !== 'watching') return probation;
    const simulated = isReplayed(move);
    if (simulated ? asOf === undefined || asOf < move.asOf : asOf !== undefined) return probation;
    return this.look(probation, asOf ?? this.clock.now(), simulated);
  }

  private async look(probation: Probation, at: Date, simulated: boolean): Promise<Probation> {
    const { model, rules } = probation;
    const { performance_threshold: errorRise, deployment } = this.config.forModel(model);
    const { error_tolerance: errorTolerance, latency_ratio: latencyRatio } = deployment;
    const guards = { ...rolloutDefaults.guards, errorTolerance, latencyRatio };
    const limits = { benchmarkMargin: BENCHMARK_MARGIN, errorRise, guards };
    const evidence = await this.gathering.execute(probation, at);
    const judged = judgeProbation(evidence, rules, limits);
    const problem = judged.status === 'rolled_back' ? await this.takeBack(probation, judged, simulated, at) : undefined;
    const outcomes = evidence.rows.rows;
    const update: ProbationUpdate = {
      ...judged,
      ...(problem === undefined ? {} : { status: 'watching', reason: `${judged.reason} ${problem}` }),
      checkedAt: at,
      outcomes,
    };
    await this.save(probation, update);
    return { ...probation, ...update };
  }

  /** Why it could not be taken back; the next look tries again. */
  private async takeBack(
    { model, version, previousVersion }: Probation,
    { reason: told }: ProbationJudgement,
    simulated: boolean,
    at: Date,
  ): Promise<string | undefined> {
    const reason = `Version ${version} did harm on probation: ${told}`;
    const asOf = simulated ? at : undefined;
    try {
      await this.rollingBack.execute({ model, version: previousVersion, actor: BY, reason, quarantine: true, asOf });
      return undefined;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return `It could not be taken back: ${error.message}`;
    }
  }

  /** The probation that a move began; begins it when it should have one. */
  private async of(move: AliasMove): Promise<Probation | undefined> {
    const { model, id: moveId, version, previousVersion, movedAt: startedAt, asOf } = move;
    if (previousVersion === undefined) return undefined;
    const known = await this.probations.find(model, moveId);
    const rules = this.config.forModel(model).deployment.probation;
    if (known || rules.outcomes === 0) return known;
    const deployment = move.deploymentId === undefined ? undefined : await this.deployments.find(move.deploymentId);
    if (deployment?.kind === 'rollback') return undefined;
    const begun = { status: 'watching' as const, outcomes: 0, reason: 'Not looked at yet.', evidence: {} };
    const probation: Probation = { model, moveId, version, previousVersion, rules, startedAt, asOf, ...begun };
    await this.unitOfWork.transaction(async () => {
      if (!(await this.probations.insert(probation))) return;
      const payload = { version, previousVersion, outcomes: rules.outcomes, days: rules.days };
      await this.events.append({ type: 'probation.started', model, actor: BY, asOf, payload });
    });
    return this.probations.find(model, moveId);
  }

  /** Another move came first: of a person, a newer candidate, or of a look that could not write its end. */
  private async endOlder(watching: readonly Probation[], newest: AliasMove): Promise<void> {
    for (const older of watching) {
      if (older.moveId === newest.id) continue;
      const { outcomes, evidence } = older;
      const reason = `Version ${newest.version} took over: ${newest.reason}`;
      const status = isTakenBack(older, newest) ? 'rolled_back' : 'superseded';
      await this.save(older, { status, outcomes, evidence, reason, checkedAt: this.clock.now() });
    }
  }

  private async save({ model, moveId, version, asOf }: Probation, update: ProbationUpdate): Promise<void> {
    await this.unitOfWork.transaction(async () => {
      const saved = await this.probations.update(model, moveId, update);
      if (!saved || update.status === 'watching') return;
      const { status, outcomes, reason, checkedAt } = update;
      const about = { model, actor: BY, asOf: checkedAt < asOf ? asOf : checkedAt };
      await this.events.append({ ...about, type: 'probation.ended', payload: { version, status, outcomes, reason } });
    });
  }
}

function isTakenBack({ version, previousVersion }: Probation, newest: AliasMove): boolean {
  return newest.actor === BY && newest.previousVersion === version && newest.version === previousVersion;
}

function isReplayed({ movedAt, asOf }: AliasMove): boolean {
  return movedAt.getTime() - asOf.getTime() > REPLAY_MS;
}
