import type { Dataset } from '../dataset/dataset.js';
import { VersionLoader } from '../deployment/version-loader.service.js';
import { profileToJson } from '../drift/profile-json.js';
import { referenceProfileOf } from '../drift/reference-profile.js';
import { encodeReferenceSample, referenceSampleOf } from '../drift/reference-sample.js';
import type { ChampionUnderTest } from '../evaluation/evaluate-candidate.js';
import { encodeEvidence } from '../evaluation/evidence.js';
import type { PairedEvaluation } from '../evaluation/paired-evaluation.js';
import { selectRecipe, type Selection } from '../evaluation/select-recipe.js';
import { ConfigStore } from '../config/config-store.port.js';
import { effectiveConfig } from '../config/effective-config.js';
import { candidatesOf } from '../config/grid.js';
import { EventLog } from '../event/event-log.port.js';
import { confidenceBaseline } from '../metric/confidence.js';
import { benchmarkBaseline, excessLogLoss } from '../metric/excess-log-loss.js';
import { schemaHash } from '../model/feature-schema.js';
import type { ArtifactRef, Evaluation, Lineage, NewModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { candidateWork, evaluationWorks, type PieceSource } from '../piece/plan-pieces.js';
import { countFits } from '../piece/progress.js';
import { SharePieces } from '../piece/share-pieces.service.js';
import { Snapshots } from '../piece/snapshots.service.js';
import { Service } from '../shared/service.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import { AttemptLost } from './attempt.js';
import { codeVersion } from './code-version.js';
import { environmentOf } from './environment.js';
import { Fitting } from './fitting.port.js';
import { asJson, prepareOutput, type TrainOutput } from './outputs.js';
import type { RunStep, StageCommit, StageContext } from './stage.js';
import type { FittedModel } from './trainer-definition.js';
import { TrainingRuns } from './training-runs.port.js';

/**
 * Third stage: tries the recipes on a rolling origin, fits the best one on everything and registers the version. The fits
 * are shared among all trainers.
 */
@Service()
export class TrainCandidate implements RunStep {
  readonly stage = 'train';

  constructor(
    private readonly runs: TrainingRuns,
    private readonly models: Models,
    private readonly artifacts: ArtifactStore,
    private readonly versions: VersionLoader,
    private readonly snapshots: Snapshots,
    private readonly sharing: SharePieces,
    private readonly events: EventLog,
    private readonly config: ConfigStore,
    private readonly fitting: Fitting,
  ) {}

  async execute(context: StageContext): Promise<StageCommit> {
    const { run, config, signal } = context;
    const { snapshot, blocks, championVersion } = prepareOutput(run);
    const dataset = await this.snapshots.dataset(snapshot);
    const champion = await this.champion(context, championVersion);
    const board = this.sharing.board(context);
    const source: PieceSource = { dataset, snapshot, blocks, champion, seed: config.seed };
    const recipes = candidatesOf(config.trainers);
    try {
      await board.put(evaluationWorks(source, recipes));
      const request = { dataset, blocks, recipes, champion, refits: board.refits(source), signal };
      const selection = await board.during(() => selectRecipe(request));
      const lineage = this.lineageOf(context, dataset, selection);
      const work = candidateWork(source, selection.recipe, metadataOf(run.id, lineage));
      const { fitted, artifact } = await board.during(() => board.model(work));
      const evidence = await this.artifacts.put(
        encodeEvidence({ evaluation: selection.evaluation, check: fitted.check }),
      );
      const width = dataset.schema.features.length;
      const sample = await this.artifacts.put(encodeReferenceSample(referenceSampleOf(dataset), width));
      const version = {
        ...versionOf(context, dataset, selection.evaluation, artifact, lineage),
        referenceSample: sample,
      };
      const fits = countFits(board.pieces);
      const { shown } = this.config.current();
      const configuration = asJson(effectiveConfig(shown, run.model));
      return () => this.register(context, version, selection, fitted, { evidence, fits, configuration });
    } finally {
      if (champion.kind === 'loaded') await champion.scorer.release();
    }
  }

  private async champion(context: StageContext, number: number | undefined): Promise<ChampionUnderTest> {
    if (number === undefined) return { kind: 'none' };
    const version = await this.models.version(context.run.model, number);
    if (!version) return { kind: 'unreadable', reason: `The registry has no version ${number}.` };
    const loaded = await this.versions.tryLoad(version, context.definition);
    if ('problem' in loaded) return { kind: 'unreadable', reason: loaded.problem };
    return { kind: 'loaded', version, scorer: loaded.scorer };
  }

  private lineageOf({ run, config }: StageContext, dataset: Dataset, { recipe }: Selection): Lineage {
    const { snapshot, championVersion } = prepareOutput(run);
    return {
      dataHash: snapshot.sha256,
      schemaHash: schemaHash(dataset.schema),
      features: dataset.schema.features,
      recipe,
      seed: config.seed,
      codeVersion,
      configRevision: this.config.current().revision,
      parentVersion: championVersion,
      trainingRows: dataset.rows,
      trainedUntil: new Date(dataset.times[dataset.rows - 1]! + 1),
    };
  }

  /** Joins the transaction that completes the stage: version, event and stage stand or fall together. */
  private async register(
    { run }: StageContext,
    added: NewModelVersion,
    { recipe, evaluation, tried }: Selection,
    { diagnostics }: FittedModel,
    { evidence, fits, configuration }: Pick<TrainOutput, 'evidence' | 'fits' | 'configuration'>,
  ) {
    const { version, artifact } = await this.models.addVersion(added);
    if (!(await this.runs.setCandidate(run.id, run.attemptToken!, version))) throw new AttemptLost();
    const { candidate: metrics, champion: championMetrics } = evaluation;
    const { sha256 } = artifact;
    const { championVersion } = prepareOutput(run);
    const payload = { version, sha256, metrics };
    await this.events.append({
      type: 'candidate.created',
      model: run.model,
      runId: run.id,
      actor: 'system',
      asOf: run.asOf,
      payload,
    });
    const output: TrainOutput = {
      ...payload,
      evidence,
      championVersion,
      recipe,
      seed: added.lineage.seed,
      codeVersion: added.lineage.codeVersion,
      configRevision: added.lineage.configRevision,
      configuration,
      trainedUntil: added.lineage.trainedUntil?.toISOString(),
      championMetrics,
      diagnostics,
      tried,
      fits,
      environment: { ...environmentOf(), ...this.fitting.environment() },
    };
    return { output: asJson(output), summary: asJson({ ...payload, recipe: recipe.use, judged: evaluation.rows }) };
  }
}

function versionOf(
  { run }: StageContext,
  dataset: Dataset,
  evaluation: PairedEvaluation,
  artifact: ArtifactRef,
  lineage: Lineage,
): NewModelVersion {
  return {
    model: run.model,
    runId: run.id,
    artifact,
    evaluation: evaluationSummaryOf(dataset, evaluation),
    featureProfile: profileToJson(referenceProfileOf(dataset)),
    lineage,
  };
}

/** What is kept with the version: the baseline of later judgements. */
export function evaluationSummaryOf({ task }: Dataset, evaluation: PairedEvaluation): Evaluation {
  const { rows, times, candidate: metrics, candidateScores, outcomes, benchmark: outside } = evaluation;
  const summary = { rows, from: new Date(times[0]!), until: new Date(times[rows - 1]!), metrics };
  if (task.kind === 'regression') return summary;
  const classes = task.classes.length;
  const benchmark = outside && benchmarkBaseline(excessLogLoss(classes, candidateScores, outcomes, outside));
  const confidence = confidenceBaseline(classes, candidateScores, outcomes);
  return { ...summary, ...(benchmark ? { benchmark } : {}), ...(confidence ? { confidence } : {}) };
}

/** What the artifact itself says of its origin: nothing that would differ between two equal fits of a run. */
export function metadataOf(runId: string, lineage: Lineage): Record<string, string> {
  return {
    run_id: runId,
    parent_version: String(lineage.parentVersion ?? 'none'),
    data_hash: lineage.dataHash,
    schema_hash: lineage.schemaHash,
    seed: String(lineage.seed),
    code_version: lineage.codeVersion,
  };
}
