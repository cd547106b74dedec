import type { NewPrediction } from '../prediction/prediction.js';
import { Predictions } from '../prediction/predictions.port.js';
import type { RolloutArm } from '../rollout/rollout.js';
import { DomainError } from '../shared/errors.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';
import { ArmTallies } from './arm-tallies.service.js';
import { ChampionHolder } from './champion-holder.service.js';
import { readBy, recordedFeatures, type LoadedVersion } from './loaded-version.js';
import { RolloutHolder } from './rollout-holder.service.js';
import { scoreRows } from './score-rows.js';

/** An answer that the other version of its rollout has still to score. */
export interface Counterpart {
  readonly rolloutId: string;
  /** The version that did not answer. */
  readonly arm: RolloutArm;
  readonly version: number;
  readonly answered: NewPrediction;
  /** In schema order, NaN = missing. */
  readonly features: readonly number[];
}

const MOST_WAITING = 2_000;
const BATCH = 250;
/** Answers wait so long for others to be scored with. */
const GATHER_MS = 10;
const RETRY_MS = 500;

/**
 * Scores what callers asked a second time, by the version that did not answer, and keeps it beside the answer.
 *
 * Nobody waits for it: callers have their answer before it begins. What does not fit into the queue is dropped and
 * counted, so that a slow version or database costs evidence and never answers.
 */
@Service()
export class ScoreCounterparts {
  private waiting: Counterpart[] = [];
  private work?: Promise<void>;
  private closed = false;

  constructor(
    private readonly champions: ChampionHolder,
    private readonly rollouts: RolloutHolder,
    private readonly predictions: Predictions,
    private readonly tallies: ArmTallies,
    private readonly ids: Ids,
  ) {}

  /** Takes as many as there is room for. */
  offer(counterparts: readonly Counterpart[]): void {
    const room = this.closed ? 0 : Math.max(0, MOST_WAITING - this.waiting.length);
    this.waiting.push(...counterparts.slice(0, room));
    for (const { rolloutId, arm } of counterparts.slice(room)) this.tallies.dropped(rolloutId, arm, 1);
    if (this.waiting.length > 0) this.work ??= this.drain().finally(() => (this.work = undefined));
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.work) await this.work;
  }

  /** Takes nothing more, and resolves when what waits is done or given up. */
  async close(): Promise<void> {
    this.closed = true;
    await this.idle();
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      await sleep(GATHER_MS);
      const batch = this.waiting.splice(0, BATCH);
      const groups = new Map<string, Counterpart[]>();
      for (const one of batch) {
        const group = `${one.rolloutId} ${one.arm}`;
        groups.set(group, [...(groups.get(group) ?? []), one]);
      }
      const scored: NewPrediction[] = [];
      for (const group of groups.values()) scored.push(...(await this.scored(group)));
      await this.keep(scored);
    }
  }

  /** Counterparts of one version of one rollout; none once that version is no longer in memory. */
  private async scored(group: readonly Counterpart[]): Promise<readonly NewPrediction[]> {
    const { rolloutId, arm, version, answered } = group[0]!;
    const work = async (loaded: LoadedVersion) => {
      if (loaded.version.version !== version) return [];
      const { scores, milliseconds } = await scoreRows(
        loaded,
        group.map(({ features }) => features),
      );
      const finite = scores.filter((row) => row !== undefined).length;
      this.tallies.scored(rolloutId, arm, finite, milliseconds);
      this.tallies.failed(rolloutId, arm, group.length - finite);
      return group.flatMap((one, index) => (scores[index] ? [this.shadow(one, scores[index], loaded)] : []));
    };
    try {
      if (arm === 'champion') return await this.champions.use(answered.model, work);
      const trial = this.rollouts.current(answered.model);
      if (trial?.rollout.id !== rolloutId) return [];
      const used = trial.challenger.use(work);
      if (used) return await used;
    } catch {
      // A version that breaks while scoring is what the guard of the errors is for.
    }
    this.tallies.failed(rolloutId, arm, group.length);
    return [];
  }

  private shadow(
    { answered, version, features: values }: Counterpart,
    scores: readonly number[],
    { columns }: LoadedVersion,
  ): NewPrediction {
    const { split: _, ...common } = answered;
    const features = recordedFeatures(readBy(columns, values));
    return { ...common, features, id: this.ids.next(), version, arm: 'shadow', scores, pairOf: answered.id };
  }

  /** Waits for a database that is away, unless the process ends; the queue fills meanwhile. */
  private async keep(scored: readonly NewPrediction[]): Promise<void> {
    for (;;) {
      try {
        return await this.predictions.insert(scored);
      } catch (error) {
        const mayCome = error instanceof DomainError && error.retryable;
        if (!mayCome || this.closed) return;
        await sleep(RETRY_MS);
      }
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
