import type { RetrainingConfig } from '../config/retraining-config.js';
import { outputsOf } from '../deployment/version-loader.service.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { PluginRegistry } from '../plugin/registry.js';
import type { ScorerLoader } from '../serving/scorer.port.js';
import { conflict, DomainError } from '../shared/errors.js';
import { cooldownUntil } from '../trigger/cooldown.js';
import { judgeTriggers } from '../trigger/judge-triggers.js';
import type { TriggerVerdict } from '../trigger/trigger-definition.js';
import { firedAtHeart } from '../trigger/verdict-parts.js';
import type { Course, CourseRound } from './course.js';
import type { Fault } from './fault.js';
import { FaultWatch, type FaultOutcome } from './fault-watch.js';
import { changeAt, type KnownChange } from './known-change.js';
import { costBetween, type FittingCost, type MeteredFitting } from './metered-fitting.port.js';
import type { Policy } from './policy.js';
import { Recruiting, type Recruit } from './recruiting.js';
import { ServedRows } from './served-rows.js';

/** Everything that one policy plays with. */
export interface PlayRequest {
  readonly course: Course;
  readonly policy: Policy;
  readonly model: string;
  readonly definition: Pick<ModelDefinition, 'name' | 'task' | 'schema'>;
  readonly config: RetrainingConfig;
  readonly plugins: PluginRegistry;
  readonly fitting: MeteredFitting;
  readonly loader: ScorerLoader;
  readonly faults: readonly Fault[];
  /** Changes of the world that really happened. */
  readonly known?: readonly KnownChange[];
  /** Features of all rows with the two sides mixed up, for `swap-home-away`. */
  readonly swapped?: Float32Array;
  readonly signal: AbortSignal;
  onRound?(): void;
}

/** One retraining that a policy asked for. */
export interface Retraining {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Rows served before it. */
  readonly row: number;
  readonly triggers: readonly string[];
  readonly ended: 'deployed' | 'rejected' | 'held' | 'failed';
  readonly reason: string;
  readonly cost: FittingCost;
}

/** A check that raised an alarm, the first one of those that ring in a row. */
export interface Alarm {
  readonly at: number;
  readonly row: number;
  readonly triggers: readonly string[];
  readonly reason: string;
  /** The injected fault that touched an answer of the champion, or the known change that lasted; undefined = a false alarm. */
  readonly cause?: string;
}

/** What a policy did with a course. */
export interface Played {
  readonly policy: Policy;
  /** Served rows are [from, to) of the course's dataset. */
  readonly from: number;
  readonly to: number;
  /** Served rows x outputs, row-major. */
  readonly scores: Float64Array;
  /** Rows of the dataset before which lie all that the version of each answer was fitted on. */
  readonly fittedTo: Int32Array;
  readonly retrainings: readonly Retraining[];
  readonly alarms: readonly Alarm[];
  readonly faults: readonly FaultOutcome[];
  /** Verdicts by trigger and kind. */
  readonly verdicts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly checks: number;
  /** All fitting after the first champion. */
  readonly cost: FittingCost;
}

/** Triggers that go by the calendar or by counting; all others say that something is wrong. */
const routine = new Set(['time_based', 'data_volume']);
const DAY_MS = 86_400_000;

/**
 * Plays a policy through a course, point in time: a round is served by a version fitted on earlier rows only, then its
 * outcomes become known, then the policy may retrain.
 *
 * An accepted candidate serves at once, as if a waiting approval were given on the spot; one that the leak alarm holds
 * back does not serve. Rejects with `backtest_leaks` rather than score a row that the version was fitted on, and with
 * `no_first_champion` when the gates of a triggered policy refuse the very first version.
 */
export async function play(request: PlayRequest): Promise<Played> {
  const player = new Player(request);
  await player.appointFirst();
  for (const round of request.course.rounds) {
    request.signal.throwIfAborted();
    await player.serve(round);
    await player.check(round);
    request.onRound?.();
  }
  return player.finish();
}

class Player {
  private readonly recruiting: Recruiting;
  private readonly watch: FaultWatch;
  private readonly from: number;
  private readonly outputs: number;
  private readonly scores: Float64Array;
  private readonly fittedTo: Int32Array;
  private readonly retrainings: Retraining[] = [];
  private readonly alarms: Alarm[] = [];
  private readonly verdicts: Record<string, Record<string, number>> = {};
  private champion!: Recruit;
  /** Rows before which lie all training rows of the champion, and the first row that it served. */
  private championTo = 0;
  private championFrom: number;
  private served!: ServedRows;
  private ringing = false;
  private spentFirst!: FittingCost;

  constructor(private readonly request: PlayRequest) {
    const { course, faults, swapped } = request;
    const { dataset, rounds } = course;
    this.recruiting = new Recruiting({ ...request, dataset });
    this.watch = new FaultWatch(course, faults, swapped);
    this.from = rounds[0]!.from;
    this.championFrom = this.from;
    this.outputs = outputsOf(dataset.task);
    this.scores = new Float64Array((dataset.rows - this.from) * this.outputs);
    this.fittedTo = new Int32Array(dataset.rows - this.from);
  }

  async appointFirst(): Promise<void> {
    const { course, model, definition, config, policy } = this.request;
    const start = new Date(course.dataset.times[this.from]!);
    this.champion =
      policy.kind === 'triggered' ? await this.firstJudged(start) : await this.recruiting.refit(this.from, start);
    this.championTo = this.from;
    this.served = new ServedRows(course, model, definition, config, this.champion, start);
    this.spentFirst = this.request.fitting.spent();
  }

  private async firstJudged(start: Date): Promise<Recruit> {
    const { recruit, judgement } = await this.recruiting.candidate(this.from, start, ['initial_training']);
    if (judgement.accepted) return recruit;
    throw conflict(
      'no_first_champion',
      `The gates refuse the first version, so nothing would serve. ${judgement.summary}`,
    );
  }

  async serve(round: CourseRound): Promise<void> {
    const { from, to } = round;
    const trainedUntil = this.champion.version.lineage.trainedUntil!.getTime();
    if (this.championTo > from || trainedUntil > this.request.course.dataset.times[from]!) {
      throw conflict(
        'backtest_leaks',
        `Row ${from} would be scored by a version that was fitted on it or on later rows.`,
      );
    }
    const features = this.watch.features(round);
    const scores = Float64Array.from(await this.champion.scorer.score(features, to - from));
    this.watch.distort(round, scores, this.outputs);
    this.scores.set(scores, (from - this.from) * this.outputs);
    this.fittedTo.fill(this.championTo, from - this.from, to - this.from);
    if (this.request.policy.kind === 'triggered') this.served.add(round, features, scores);
  }

  async check(round: CourseRound): Promise<void> {
    const { policy } = this.request;
    const at = new Date(round.checkAt);
    if (policy.kind === 'triggered') return this.checkTriggers(round, at);
    this.watch.checked(round, []);
    const due =
      policy.kind === 'always' ||
      (policy.kind === 'scheduled' &&
        at.getTime() - this.served.lastAttemptAt.getTime() >= policy.days * DAY_MS - 1000);
    if (due) await this.retrain(round, at, [policy.kind], () => this.refit(round, at));
  }

  private async checkTriggers(round: CourseRound, at: Date): Promise<void> {
    const { plugins, config } = this.request;
    const verdicts = await judgeTriggers(this.served.contextAt(at, plugins.triggers), plugins.triggers);
    this.served.checked(at, verdicts);
    for (const { trigger, verdict } of verdicts) {
      const counts = (this.verdicts[trigger] ??= {});
      counts[verdict] = (counts[verdict] ?? 0) + 1;
    }
    const fired = verdicts.filter(({ verdict }) => verdict === 'fired');
    this.noteAlarm(round, fired);
    const held = cooldownUntil(this.served.lastAttemptAt, config.min_days_between_retraining, at);
    if (fired.length === 0 || held) return;
    const triggers = fired.map(({ trigger }) => trigger);
    await this.retrain(round, at, triggers, () => this.candidate(round, at, triggers));
  }

  private noteAlarm(round: CourseRound, fired: readonly TriggerVerdict[]): void {
    const alarms = fired.filter((verdict) => !firedAtHeart(verdict).every((trigger) => routine.has(trigger)));
    const triggers = alarms.map(({ trigger }) => trigger);
    if (alarms.length > 0 && !this.ringing) {
      const reason = alarms.map(({ reason: told }) => told).join(' ');
      const fault = this.watch.reaching(this.championFrom, round.to);
      const cause = fault?.kind ?? changeAt(this.request.known ?? [], round.checkAt)?.name;
      this.alarms.push({ at: round.checkAt, row: round.to - this.from, triggers, reason, cause });
    }
    this.ringing = alarms.length > 0;
    this.watch.checked(round, triggers);
  }

  private async retrain(
    round: CourseRound,
    at: Date,
    triggers: readonly string[],
    work: () => Promise<Pick<Retraining, 'ended' | 'reason'>>,
  ): Promise<void> {
    const before = this.request.fitting.spent();
    this.served.attempted(at);
    const ended = await work().catch((error: unknown) => failure(error));
    if (ended.ended !== 'failed') this.served.retrained();
    const cost = costBetween(before, this.request.fitting.spent());
    this.retrainings.push({ at: round.checkAt, row: round.to - this.from, triggers, ...ended, cost });
  }

  private async refit(round: CourseRound, at: Date) {
    await this.promote(await this.recruiting.refit(round.to, at), round, at);
    return { ended: 'deployed' as const, reason: 'Nobody judges a fit of this policy.' };
  }

  private async candidate(round: CourseRound, at: Date, triggers: readonly string[]) {
    const { recruit, judgement } = await this.recruiting.candidate(round.to, at, triggers, this.champion);
    const ended = !judgement.accepted ? 'rejected' : judgement.hold ? 'held' : 'deployed';
    if (ended === 'deployed') await this.promote(recruit, round, at);
    else {
      this.served.confirmed(at);
      await recruit.scorer.release();
    }
    return { ended, reason: judgement.summary } as const;
  }

  private async promote(recruit: Recruit, { to }: CourseRound, at: Date): Promise<void> {
    await this.champion.scorer.release();
    this.champion = recruit;
    this.championTo = to;
    this.championFrom = to;
    this.served.promote(recruit, at);
    this.watch.deployed(to);
  }

  async finish(): Promise<Played> {
    const { policy, course, fitting } = this.request;
    await this.champion.scorer.release();
    return {
      policy,
      from: this.from,
      to: course.dataset.rows,
      scores: this.scores,
      fittedTo: this.fittedTo,
      retrainings: this.retrainings,
      alarms: this.alarms,
      faults: this.watch.outcomes,
      verdicts: this.verdicts,
      checks: course.rounds.length,
      cost: costBetween(this.spentFirst, fitting.spent()),
    };
  }
}

/** A retraining that cannot be done leaves the champion as it is, like a failed run. */
function failure(error: unknown): Pick<Retraining, 'ended' | 'reason'> {
  if (error instanceof DomainError) return { ended: 'failed', reason: error.message };
  throw error;
}
