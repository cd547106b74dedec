import type { RetrainingConfig } from '../config/retraining-config.js';
import type { Dataset } from '../dataset/dataset.js';
import { outputsOf } from '../deployment/version-loader.service.js';
import {
  closeChunk,
  foldRows,
  openWatch,
  restartWatch,
  type DriftBlock,
  type DriftWatch,
} from '../drift/drift-watch.js';
import { mostSampleRows } from '../drift/reference-sample.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { PluginRegistry } from '../plugin/registry.js';
import type { MaturedPrediction } from '../prediction/prediction.js';
import { daysBetween } from '../trigger/cooldown.js';
import { judgeTrigger } from '../trigger/judge-triggers.js';
import type { PreviousCheck, TriggerContext, TriggerVerdict } from '../trigger/trigger-definition.js';
import type { Course, CourseRound } from './course.js';
import type { Recruit } from './recruiting.js';

/** As many rows as the product's own check reads at most. */
const MATURED_ROWS = 10_000;

/** What was answered so far, as triggers may see it: the same view that a check of the running product has. */
export class ServedRows {
  private readonly matured: MaturedPrediction[] = [];
  /** What each of them answered; NaN = missing. */
  private readonly asked: Float32Array[] = [];
  /** Number of answers before the champion's own. */
  private tookOverAt = 0;
  private tookOver: Date;
  private watch?: DriftWatch;
  private attempt: Date;
  private judgement: Date;
  /** Number of answers when a run was last asked for that did not fail. */
  private countedFrom = 0;
  private previous?: PreviousCheck;

  constructor(
    private readonly course: Course,
    private readonly model: string,
    private readonly definition: Pick<ModelDefinition, 'name' | 'task' | 'schema'>,
    private readonly config: RetrainingConfig,
    private champion: Recruit,
    start: Date,
  ) {
    this.tookOver = start;
    this.judgement = start;
    this.attempt = start;
    this.watch = this.watchFrom(start);
  }

  get lastAttemptAt(): Date {
    return this.attempt;
  }

  /** Outcomes are known at the check of their round. */
  add({ from, to, checkAt }: CourseRound, features: Float32Array, scores: Float64Array): void {
    const { dataset } = this.course;
    const { task } = dataset;
    const width = dataset.schema.features.length;
    const outputs = outputsOf(task);
    const observedAt = new Date(checkAt);
    for (let row = from; row < to; row++) {
      const start = row - from;
      const occurredAt = new Date(dataset.times[row]!);
      const outcome = dataset.outcomes[row]!;
      this.asked.push(features.subarray(start * width, (start + 1) * width));
      this.matured.push({
        ...(benchmarkOf(dataset, row) ?? {}),
        outcome: task.kind === 'classification' ? task.classes[outcome]! : outcome,
        observedAt,
        prediction: {
          id: `row-${row}`,
          seq: this.matured.length + 1,
          model: this.model,
          version: this.champion.version.version,
          arm: 'champion',
          key: dataset.keys[row]!,
          scores: Array.from(scores.subarray(start * outputs, (start + 1) * outputs)),
          occurredAt,
          recordedAt: occurredAt,
        },
      });
    }
    this.watch &&= { ...foldRows(this.watch, features), seq: this.matured.length };
  }

  /** Closes the open chunk of the watch over drift, as a check does. */
  contextAt(asOf: Date, triggers: PluginRegistry['triggers']): TriggerContext {
    const { model, definition, config, champion } = this;
    const own = this.matured.length - this.tookOverAt;
    const rows = Math.min(own, MATURED_ROWS);
    const { version } = champion;
    const window = { model, version: version.version, afterSeq: this.tookOverAt, asOf, limit: MATURED_ROWS };
    this.watch &&= closeChunk({ ...this.watch, at: asOf }, asOf, config.min_new_predictions);
    const { watch, previous } = this;
    const context: TriggerContext = {
      model,
      definition,
      asOf,
      config,
      champion: version,
      championAgeDays: daysBetween(this.tookOver, asOf),
      daysSinceLastJudgement: daysBetween(this.judgement, asOf),
      daysSinceLastRetraining: daysBetween(this.attempt, asOf),
      predictionsSinceRetraining: this.matured.length - this.countedFrom,
      retrainedSeq: this.countedFrom,
      matured: (limit = MATURED_ROWS) =>
        Promise.resolve(this.matured.slice(this.matured.length - Math.min(own, limit))),
      coverage: () => Promise.resolve({ predictions: rows, matured: rows }),
      referenceProfile: () => champion.profile,
      driftWatch: () => Promise.resolve(watch),
      referenceSample: () => Promise.resolve(champion.sample),
      blockRows: (block) => Promise.resolve(this.rowsOf(block)),
      previousCheck: () => Promise.resolve(previous),
      judge: (trigger) => judgeTrigger(context, trigger, triggers),
      window: (overrides) => ({ ...window, ...overrides }),
    };
    return context;
  }

  /** The triggers have been asked. */
  checked(asOf: Date, verdicts: readonly TriggerVerdict[]): void {
    this.previous = { asOf, verdicts };
  }

  /** The newest rows of a block. */
  private rowsOf({ afterSeq, untilSeq }: DriftBlock): Float32Array {
    const width = this.definition.schema.features.length;
    const rows = this.asked.slice(Math.max(afterSeq, untilSeq - mostSampleRows(width)), untilSeq);
    return Float32Array.from(rows.flatMap((row) => Array.from(row, (value) => (Number.isFinite(value) ? value : NaN))));
  }

  /** A run was asked for and has not failed. */
  retrained(): void {
    this.countedFrom = this.matured.length;
    this.previous = undefined;
  }

  /** A run was asked for, whatever becomes of it. */
  attempted(at: Date): void {
    this.attempt = at;
  }

  /** A candidate was judged and the champion stayed. */
  confirmed(at: Date): void {
    this.judgement = at;
    this.watch &&= restartWatch(this.watch, { runId: `run-${this.matured.length}`, at }, at);
  }

  promote(champion: Recruit, at: Date): void {
    this.judgement = at;
    this.champion = champion;
    this.tookOver = at;
    this.tookOverAt = this.matured.length;
    this.previous = undefined;
    this.watch = this.watchFrom(at);
  }

  private watchFrom(at: Date): DriftWatch | undefined {
    const { model, champion } = this;
    if (!champion.profile) return undefined;
    const key = { model, version: champion.version.version, simulated: true };
    return openWatch(key, { seq: this.matured.length, at }, champion.profile);
  }
}

/** The benchmark that the record of a row carries. */
function benchmarkOf({ benchmark, task }: Dataset, row: number): Pick<MaturedPrediction, 'benchmark'> | undefined {
  if (!benchmark) return undefined;
  const outputs = outputsOf(task);
  const probabilities = Array.from(benchmark.subarray(row * outputs, (row + 1) * outputs));
  return probabilities.every(Number.isFinite) ? { benchmark: probabilities } : undefined;
}
