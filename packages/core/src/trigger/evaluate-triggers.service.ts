import { ConfigStore } from '../config/config-store.port.js';
import { EventLog } from '../event/event-log.port.js';
import { Models, type Model } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { WatchProbation } from '../probation/watch-probation.service.js';
import { RequestRetrainingService, type RetrainingAnswer } from '../run/request-retraining.service.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { refuseFuture } from '../shared/as-of.js';
import { WatchRolloutsService } from '../rollout/watch-rollouts.service.js';
import { Clock } from '../shared/clock.port.js';
import { notFound } from '../shared/errors.js';
import { Ids } from '../shared/ids.port.js';
import type { JsonObject } from '../shared/json.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { judgeTriggers } from './judge-triggers.js';
import { TriggerContexts } from './trigger-context.service.js';
import type { TriggerContext, TriggerVerdict } from './trigger-definition.js';
import type { TriggerEvaluation } from './trigger-evaluation.js';
import { TriggerEvaluations } from './trigger-evaluations.port.js';

export interface EvaluateTriggers {
  readonly model: string;
  /** Given for a day of the past (a replay); now when left out. */
  readonly asOf?: Date;
  /** Judges and tells, but writes nothing and requests nothing. */
  readonly dryRun?: boolean;
  readonly actor: string;
}

/** Judges all triggers of a model; however many fire, they make one event and ask for one run. */
@Service()
export class EvaluateTriggersService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly models: Models,
    private readonly config: ConfigStore,
    private readonly plugins: PluginRegistry,
    private readonly contexts: TriggerContexts,
    private readonly probations: WatchProbation,
    private readonly retraining: RequestRetrainingService,
    private readonly runs: TrainingRuns,
    private readonly rollouts: WatchRolloutsService,
    private readonly evaluations: TriggerEvaluations,
    private readonly events: EventLog,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Rejects with `unknown_model` and `as_of_in_future`. A trigger that throws gives the verdict `error`; the others are judged all the same. */
  async execute(request: EvaluateTriggers): Promise<TriggerEvaluation> {
    refuseFuture(request.asOf, this.clock.now());
    const model = await this.models.find(request.model);
    if (!model) throw notFound('unknown_model', `There is no model "${request.model}".`);
    return this.check(model, request);
  }

  /** The check that was due by a model's schedule. The row decides: one that was queued before monitoring stopped is let go. */
  async executeDue(name: string): Promise<TriggerEvaluation | undefined> {
    const model = await this.models.find(name);
    return model?.monitoring ? this.check(model, { model: name, actor: 'system' }) : undefined;
  }

  private async check(model: Model, request: EvaluateTriggers): Promise<TriggerEvaluation> {
    // A check of a past day is the clock of a rollout that plays there.
    if (request.asOf && !request.dryRun) await this.rollouts.asOf(model.name, request.asOf);
    // A champion that is taken back is judged no more: the one that answers again is.
    if (!request.dryRun) await this.probations.execute(model.name, request.asOf);
    const context = await this.contexts.of(model, request.asOf, request.dryRun);
    const verdicts = context.champion ? await judgeTriggers(context, this.plugins.triggers) : [];
    const judged = this.judgedOf(context, request, verdicts);
    if (!context.champion) return this.keep({ ...judged, decision: 'no_champion' }, request);
    if (request.dryRun) return { ...judged, decision: 'dry_run' };
    return this.act(request, judged);
  }

  private judgedOf(context: TriggerContext, { asOf }: EvaluateTriggers, verdicts: readonly TriggerVerdict[]): Judged {
    return {
      id: this.ids.next(),
      model: context.model,
      evaluatedAt: this.clock.now(),
      asOf: context.asOf,
      championVersion: context.champion?.version,
      simulated: asOf !== undefined,
      verdicts,
      predictionCount: context.predictionsSinceRetraining,
      daysSinceLastRetraining: context.daysSinceLastRetraining,
    };
  }

  private async keep(evaluation: TriggerEvaluation, { dryRun }: EvaluateTriggers): Promise<TriggerEvaluation> {
    if (!dryRun) await this.evaluations.insert(evaluation);
    return evaluation;
  }

  /** Evaluation, event and run are written together; the queue hears of the run once they are committed. */
  private async act(request: EvaluateTriggers, judged: Judged): Promise<TriggerEvaluation> {
    const fired = judged.verdicts.filter(({ verdict }) => verdict === 'fired');
    if (fired.length === 0) return this.keep({ ...judged, decision: 'no_trigger' }, request);
    const { answer, evaluation } = await this.unitOfWork.transaction(async () => {
      const answer = await this.requestRun(request, fired);
      if (answer.kind === 'already_running') await this.runs.coalesce(answer.run.id);
      const evaluation = { ...judged, ...consequence(answer) };
      await this.evaluations.insert(evaluation);
      await this.tell(request, evaluation, fired);
      return { answer, evaluation };
    });
    await this.retraining.deliver(answer);
    return evaluation;
  }

  private requestRun(request: EvaluateTriggers, fired: readonly TriggerVerdict[]): Promise<RetrainingAnswer> {
    return this.retraining.record({
      model: request.model,
      triggers: fired.map(({ trigger }) => trigger),
      reason: fired.map(({ reason }) => reason).join(' '),
      forced: false,
      asOf: request.asOf,
      actor: request.actor,
    });
  }

  private tell(request: EvaluateTriggers, evaluation: TriggerEvaluation, fired: readonly TriggerVerdict[]) {
    return this.events.append({
      type: 'trigger.fired',
      model: request.model,
      runId: evaluation.runId,
      actor: request.actor,
      asOf: evaluation.asOf,
      payload: {
        evaluationId: evaluation.id,
        triggers: fired.map(({ trigger }) => trigger),
        verdicts: evaluation.verdicts as unknown as readonly JsonObject[],
      },
    });
  }
}

type Judged = Omit<TriggerEvaluation, 'decision' | 'runId' | 'cooldownUntil' | 'circuitOpenUntil'>;

function consequence(answer: RetrainingAnswer): Omit<TriggerEvaluation, keyof Judged> {
  switch (answer.kind) {
    case 'circuit_open':
      return { decision: 'circuit_open', circuitOpenUntil: answer.until };
    case 'rolling_out':
      return { decision: 'rolling_out', runId: answer.rollout.runId };
    case 'cooling_down':
      return { decision: 'cooling_down', cooldownUntil: answer.until };
    case 'already_running':
      return { decision: 'coalesced', runId: answer.run.id };
    case 'requested':
      return { decision: 'run_requested', runId: answer.run.id };
  }
}
