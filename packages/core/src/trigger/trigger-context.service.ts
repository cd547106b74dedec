import { ConfigStore } from '../config/config-store.port.js';
import { Records } from '../dataset/records.port.js';
import type { DriftBlock, DriftWatch } from '../drift/drift-watch.js';
import type { FeatureProfile } from '../drift/feature-profile.js';
import { KeepDriftWatch, type WatchStart } from '../drift/keep-drift-watch.service.js';
import { profileFromJson } from '../drift/profile-json.js';
import { decodeReferenceSample, mostSampleRows } from '../drift/reference-sample.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models, type Model } from '../model/models.port.js';
import { schemaOf } from '../model/version-features.js';
import { PluginRegistry } from '../plugin/registry.js';
import { withBenchmarks } from '../prediction/benchmarks.js';
import type { MaturedPrediction } from '../prediction/prediction.js';
import { Predictions, type MaturedWindow, type PredictionWindow } from '../prediction/predictions.port.js';
import { pastAttempts, type LatestAttempt } from '../run/latest-attempt.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import { championOfDay } from './champion-of-day.js';
import { daysBetween } from './cooldown.js';
import { judgeTrigger } from './judge-triggers.js';
import type { PreviousCheck, TriggerContext } from './trigger-definition.js';
import { TriggerEvaluations } from './trigger-evaluations.port.js';

/** Newest rows that a trigger reads unless it asks for another number. */
const MATURED_ROWS = 10_000;

/** Gathers what triggers may look at; what none of them asks for is never read. */
@Service()
export class TriggerContexts {
  constructor(
    private readonly models: Models,
    private readonly runs: TrainingRuns,
    private readonly predictions: Predictions,
    private readonly records: Records,
    private readonly watches: KeepDriftWatch,
    private readonly evaluations: TriggerEvaluations,
    private readonly artifacts: ArtifactStore,
    private readonly config: ConfigStore,
    private readonly plugins: PluginRegistry,
    private readonly clock: Clock,
  ) {}

  /**
   * @param asOf the day of a check of the past, which measures ages by it; a live check measures them by wall clock.
   * @param dryRun leaves no trace: the watch over drift is not carried on.
   */
  async of(model: Model, asOf: Date | undefined, dryRun = false): Promise<TriggerContext> {
    const now = this.clock.now();
    const { last, retraining, judgement } = await pastAttempts(this.runs, model.name, asOf);
    const retrainedSeq = retraining?.run.predictionSeq ?? 0;
    const { champion, tookOver, window, start } = await this.incumbent(model.name, asOf, judgement);
    const definition = this.plugins.models.get(model.definition);
    const { name, task } = definition;
    // Answers are recorded, and judged, as the champion has read them.
    const schema = champion ? schemaOf(champion, definition.schema) : definition.schema;
    let newest: Promise<MaturedWindow> | undefined;
    const context: TriggerContext = {
      model: model.name,
      definition: { name, task, schema },
      asOf: asOf ?? now,
      config: this.config.forModel(model.name),
      champion,
      championAgeDays: tookOver && daysBetween(tookOver, asOf ?? now),
      daysSinceLastJudgement: judgement && daysBetween(judgement.at, asOf ?? now),
      daysSinceLastRetraining: last && daysBetween(last.at, asOf ?? now),
      predictionsSinceRetraining: await this.predictions.countSince(model.name, retrainedSeq, asOf),
      retrainedSeq,
      matured: once(async (limit: number = MATURED_ROWS) => {
        const rows =
          limit === window.limit
            ? (await (newest ??= this.predictions.maturedWithCoverage(window))).matured
            : await this.predictions.matured({ ...window, limit });
        return withBenchmarks(definition, this.records, rows);
      }),
      coverage: async () => (newest ? (await newest).coverage : this.predictions.coverage(window)),
      referenceProfile: () => profileOfVersion(champion),
      driftWatch: onceOnly(() =>
        this.driftWatch(champion, start, { at: asOf ?? now, simulated: asOf !== undefined, dryRun }),
      ),
      referenceSample: onceOnly(() => this.referenceSample(champion, schema.features.length)),
      blockRows: (block) => this.blockRows(champion, block, schema.features.length, asOf !== undefined),
      previousCheck: onceOnly(() => this.previousCheck(champion, retraining, asOf)),
      judge: (trigger) => judgeTrigger(context, trigger, this.plugins.triggers),
      window: (overrides) => ({ ...window, ...overrides }),
    };
    return context;
  }

  /**
   * Reads and counts, between two checks, what has been answered since: a check then finds little left to read. Where
   * there is no champion with a profile it counts only.
   */
  async readAhead(model: Model): Promise<void> {
    const { retraining, judgement } = await pastAttempts(this.runs, model.name, undefined);
    await this.predictions.countSince(model.name, retraining?.run.predictionSeq ?? 0);
    const { champion, start } = await this.incumbent(model.name, undefined, judgement);
    const reference = profileOfVersion(champion);
    if (!champion || !reference) return;
    await this.watches.execute({ champion, reference, start, at: this.clock.now(), simulated: false });
  }

  private async referenceSample(version: ModelVersion | undefined, width: number): Promise<Float32Array | undefined> {
    return version?.referenceSample && decodeReferenceSample(await this.artifacts.get(version.referenceSample), width);
  }

  private async blockRows(
    champion: ModelVersion | undefined,
    { afterSeq, untilSeq, to }: DriftBlock,
    width: number,
    simulated: boolean,
  ): Promise<Float32Array> {
    if (!champion) return new Float32Array();
    const { model, version } = champion;
    const window = {
      model,
      version,
      afterSeq,
      untilSeq,
      limit: mostSampleRows(width),
      ...(simulated ? { asOf: to } : {}),
    };
    const chunks: Float32Array[] = [];
    for await (const chunk of this.predictions.featureChunks(window, width)) chunks.push(chunk);
    const rows = new Float32Array(chunks.reduce((sum, { length }) => sum + length, 0));
    let cell = 0;
    for (const chunk of chunks) {
      rows.set(chunk, cell);
      cell += chunk.length;
    }
    return rows;
  }

  private async previousCheck(
    champion: ModelVersion | undefined,
    retraining: LatestAttempt | undefined,
    asOf: Date | undefined,
  ): Promise<PreviousCheck | undefined> {
    if (!champion) return undefined;
    const { model, version } = champion;
    const checks = { model, simulated: asOf !== undefined, asOf: asOf ?? this.clock.now() };
    const last = await this.evaluations.lastOf(checks);
    if (last?.championVersion !== version) return undefined;
    return !retraining || last.asOf > retraining.at ? last : undefined;
  }

  /** The champion of the asked day, its answers, and from where on they are evidence. */
  private async incumbent(model: string, asOf: Date | undefined, judgement: LatestAttempt | undefined) {
    const at = asOf ?? this.clock.now();
    const { version, tookOver } = await this.inOffice(model, asOf);
    const champion = version === undefined ? undefined : await this.models.version(model, version);
    const window = await this.championWindow(model, champion, at);
    const start: WatchStart = {
      seq: Math.max(window.afterSeq ?? 0, judgement?.run.predictionSeq ?? 0),
      at: latest(tookOver, judgement?.at) ?? at,
      judged: judgement && { runId: judgement.run.id, at: judgement.at },
    };
    return { champion, tookOver, window, start };
  }

  /** Who serves, and since when; for a day of the past, who served then, on that day's clock. */
  private async inOffice(model: string, asOf: Date | undefined): Promise<{ version?: number; tookOver?: Date }> {
    if (!asOf) {
      const alias = await this.models.alias(model, 'champion');
      return { version: alias?.version, tookOver: alias?.movedAt };
    }
    const move = await championOfDay(this.models, this.predictions, model, asOf);
    return { version: move?.version, tookOver: move && earlier(move.asOf, asOf) };
  }

  /** The champion's own answers; none is older than the request for the run that made it. */
  private async championWindow(
    model: string,
    champion: ModelVersion | undefined,
    asOf: Date,
  ): Promise<PredictionWindow> {
    const run = champion?.runId === undefined ? undefined : await this.runs.find(champion.runId);
    return { model, version: champion?.version, afterSeq: run?.predictionSeq ?? 0, asOf, limit: MATURED_ROWS };
  }

  private async driftWatch(
    champion: ModelVersion | undefined,
    start: WatchStart,
    check: { readonly at: Date; readonly simulated: boolean; readonly dryRun: boolean },
  ): Promise<DriftWatch | undefined> {
    const reference = profileOfVersion(champion);
    if (!champion || !reference) return undefined;
    const minRows = this.config.forModel(champion.model).min_new_predictions;
    return this.watches.execute({ ...check, champion, reference, start, closing: { minRows } });
  }
}

function profileOfVersion(version: ModelVersion | undefined): FeatureProfile | undefined {
  return version?.featureProfile && profileFromJson(version.featureProfile);
}

/** Several triggers that read the same rows read them once. */
function once(
  read: (limit?: number) => Promise<readonly MaturedPrediction[]>,
): (limit?: number) => Promise<readonly MaturedPrediction[]> {
  const answers = new Map<number | undefined, Promise<readonly MaturedPrediction[]>>();
  return (limit) => {
    const known = answers.get(limit);
    if (known) return known;
    const answer = read(limit);
    answers.set(limit, answer);
    return answer;
  };
}

function onceOnly<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= read());
}

function earlier(first: Date, second: Date): Date {
  return first < second ? first : second;
}

function latest(...instants: readonly (Date | undefined)[]): Date | undefined {
  const known = instants.flatMap((instant) => (instant ? [instant.getTime()] : []));
  return known.length > 0 ? new Date(Math.max(...known)) : undefined;
}
