import { refusedUntil, type Circuit } from '../circuit/circuit.js';
import { CircuitBreaker } from '../circuit/circuit-breaker.service.js';
import { ConfigStore } from '../config/config-store.port.js';
import { EventLog } from '../event/event-log.port.js';
import { JobQueue } from '../job/job-queue.port.js';
import { Models } from '../model/models.port.js';
import { Predictions } from '../prediction/predictions.port.js';
import { refuseFuture } from '../shared/as-of.js';
import type { Rollout } from '../rollout/rollout.js';
import { Rollouts } from '../rollout/rollouts.port.js';
import { Clock } from '../shared/clock.port.js';
import { notFound } from '../shared/errors.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { cooldownUntil } from '../trigger/cooldown.js';
import { latestAttempt } from './latest-attempt.js';
import type { TrainingRun } from './training-run.js';
import { TrainingRuns } from './training-runs.port.js';

export interface RetrainingRequest {
  readonly model: string;
  /** Names of the triggers that fired, or the manual reason. */
  readonly triggers: readonly string[];
  readonly reason: string;
  /** Skips the cool-down, an open circuit and the wait for a rollout, and nothing else. */
  readonly forced: boolean;
  /** Given for a day of the past (a replay): the run knows nothing later. Now when left out. */
  readonly asOf?: Date;
  readonly actor: string;
}

export type RetrainingAnswer =
  | { readonly kind: 'requested'; readonly run: TrainingRun }
  | { readonly kind: 'already_running'; readonly run: TrainingRun }
  | { readonly kind: 'circuit_open'; readonly until: Date; readonly reason: string }
  | { readonly kind: 'rolling_out'; readonly rollout: Rollout }
  | { readonly kind: 'cooling_down'; readonly until: Date };

/**
 * Asks for a run: at most one per model at a time and, unless forced, none within the cool-down, while the circuit is open or
 * while a candidate is being tried.
 */
@Service()
export class RequestRetrainingService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly models: Models,
    private readonly runs: TrainingRuns,
    private readonly predictions: Predictions,
    private readonly breaker: CircuitBreaker,
    private readonly rollouts: Rollouts,
    private readonly events: EventLog,
    private readonly config: ConfigStore,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Rejects with `unknown_model` and `as_of_in_future`; every other refusal is an answer. */
  async execute(request: RetrainingRequest): Promise<RetrainingAnswer> {
    const answer = await this.unitOfWork.transaction(() => this.record(request));
    await this.deliver(answer);
    return answer;
  }

  /** The part that belongs into the caller's unit of work; `deliver` must follow once that is committed. */
  async record(request: RetrainingRequest): Promise<RetrainingAnswer> {
    const { model, triggers, reason, forced, actor } = request;
    const now = this.clock.now();
    refuseFuture(request.asOf, now);
    if (!(await this.models.find(model))) throw notFound('unknown_model', `There is no model "${model}".`);
    const running = await this.runs.active(model);
    if (running) return { kind: 'already_running', run: running };
    const circuit = await this.breaker.of(model);
    const refused = forced ? undefined : refusedUntil(circuit, now);
    if (refused) return { kind: 'circuit_open', until: refused, reason: circuit.reason };
    const rollout = forced ? undefined : await this.rollouts.active(model);
    if (rollout) return { kind: 'rolling_out', rollout };
    const until = forced ? undefined : await this.cooldown(request, now);
    if (until) return this.heldBack(model, until);
    const run = await this.runs.insert({
      id: this.ids.next(),
      model,
      triggers,
      reason,
      forced,
      requestedBy: actor,
      asOf: request.asOf ?? now,
      simulated: request.asOf !== undefined,
      requestedAt: now,
      configRevision: this.config.current().revision,
      predictionSeq: await this.predictions.lastSeq(),
    });
    if (!run) return this.lostRace(request);
    if (isTrial(circuit, now)) await this.breaker.trialRequested(run);
    const payload = { triggers, reason, forced };
    await this.events.append({ type: 'run.requested', model, runId: run.id, actor, asOf: run.asOf, payload });
    return { kind: 'requested', run };
  }

  /** Puts a requested run on the queue. What is lost on the way is found again by `recover-runs`. */
  async deliver(answer: RetrainingAnswer): Promise<void> {
    if (answer.kind !== 'requested') return;
    const { id } = answer.run;
    await this.queue.enqueue('retrain', { runId: id }, { jobId: id }).catch(() => undefined);
  }

  private async cooldown({ model, asOf }: RetrainingRequest, now: Date): Promise<Date | undefined> {
    const last = await latestAttempt(this.runs, model, asOf);
    return cooldownUntil(last?.at, this.config.forModel(model).min_days_between_retraining, asOf ?? now);
  }

  /** The attempt that cools down may be one that somebody else has asked for since we looked: then it runs. */
  private async heldBack(model: string, until: Date): Promise<RetrainingAnswer> {
    const run = await this.runs.active(model);
    return run ? { kind: 'already_running', run } : { kind: 'cooling_down', until };
  }

  private async lostRace({ model }: RetrainingRequest): Promise<RetrainingAnswer> {
    const run = (await this.runs.active(model)) ?? (await this.runs.latest(model));
    if (!run) throw new Error(`Model "${model}" refused a run but has none.`);
    return { kind: 'already_running', run };
  }
}

/** Whether the circuit is open and its time has come: the run just asked for decides what becomes of it. */
function isTrial(circuit: Circuit, now: Date): boolean {
  return circuit.state === 'open' && refusedUntil(circuit, now) === undefined;
}
