import { ConfigStore } from '../config/config-store.port.js';
import type { Dataset } from '../dataset/dataset.js';
import { VersionLoader } from '../deployment/version-loader.service.js';
import type { ChampionUnderTest } from '../evaluation/evaluate-candidate.js';
import { encodeEvidence } from '../evaluation/evidence.js';
import { selectRecipe } from '../evaluation/select-recipe.js';
import { EventLog } from '../event/event-log.port.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { candidateWork, type PieceSource } from '../piece/plan-pieces.js';
import { Snapshots } from '../piece/snapshots.service.js';
import { ScorerLoader } from '../serving/scorer.port.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { DomainError, messageOf, notFound, unprocessable } from '../shared/errors.js';
import type { Json } from '../shared/json.js';
import { Service } from '../shared/service.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import { environmentOf } from './environment.js';
import { Fitting } from './fitting.port.js';
import { FreshRefits } from './fresh-refits.js';
import { asJson, prepareOutput, trainOutput } from './outputs.js';
import { metadataOf } from './train-candidate.service.js';
import type { TrainingRun } from './training-run.js';
import { TrainingRuns } from './training-runs.port.js';

/** A figure of the run beside the one that came out now. */
export interface ComparedFigure {
  readonly what: string;
  readonly original: Json;
  readonly reproduced: Json;
  readonly same: boolean;
}

/**
 * Does every fit of a past run again, from its frozen rows, recipes and seed, and compares what comes out bit for bit.
 * Nothing is registered or deployed.
 */
@Service()
export class ReproduceRunService {
  constructor(
    private readonly runs: TrainingRuns,
    private readonly models: Models,
    private readonly artifacts: ArtifactStore,
    private readonly snapshots: Snapshots,
    private readonly versions: VersionLoader,
    private readonly fitting: Fitting,
    private readonly loader: ScorerLoader,
    private readonly events: EventLog,
    private readonly config: ConfigStore,
  ) {}

  /** Tells the result, or why there is none, as the event `run.reproduced`. Rejects with what may pass by itself. */
  async execute(runId: string, actor: string, signal: AbortSignal): Promise<void> {
    const run = await this.runs.find(runId);
    if (!run) throw notFound('unknown_run', `There is no run ${runId}.`);
    const about = { type: 'run.reproduced', model: run.model, runId, actor, asOf: run.asOf } as const;
    const environment = {
      original: trainOutput(run).environment ?? null,
      now: { ...environmentOf(), ...this.fitting.environment() },
    };
    try {
      const compared = await this.compare(run, signal);
      const identical = compared.every(({ same }) => same);
      await this.events.append({ ...about, payload: { identical, compared: compared.map(asJson), environment } });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DomainError && error.retryable) throw error;
      const payload = { identical: false, compared: [], environment, problem: messageOf(error) };
      await this.events.append({ ...about, payload });
    }
  }

  private async compare(run: TrainingRun, signal: AbortSignal): Promise<readonly ComparedFigure[]> {
    const { snapshot, blocks, championVersion } = prepareOutput(run);
    const { version: number, tried, recipe, metrics, championMetrics, sha256, evidence, seed } = trainOutput(run);
    const version = await this.models.version(run.model, number);
    if (!version) throw notFound('unknown_version', `The registry has no version ${number} of "${run.model}".`);
    const dataset = await told(this.snapshots.dataset(snapshot), 'The frozen rows of the run', version);
    const champion = await this.champion(run, championVersion, dataset);
    if (championMetrics && champion.kind === 'unreadable') throw championGone(championVersion!, champion.reason);
    try {
      const source: PieceSource = { dataset, snapshot, blocks, champion, seed };
      const { memory_mb: memoryMb, timeout_seconds: timeoutSeconds } = this.config.forModel(run.model).resources;
      const tools = { fitting: this.fitting, loader: this.loader, limits: { memoryMb, timeoutSeconds }, signal };
      const refits = new FreshRefits(this.artifacts, source, tools);
      const recipes = tried.map((one) => one.recipe);
      const again = await selectRecipe({ dataset, blocks, recipes, champion, refits, signal });
      const work = candidateWork(source, again.recipe, metadataOf(run.id, version.lineage));
      const fitted = await refits.fit(work);
      if (!('model' in fitted)) throw new Error('A candidate is a model.');
      const { check } = fitted.model;
      const judged = await this.artifacts.put(encodeEvidence({ evaluation: again.evaluation, check }));
      const artifact = await this.artifacts.put(fitted.model.artifact);
      return [
        figure('recipe', { ...recipe }, { ...again.recipe }),
        ...tried.map((one, index) => figure(`tried ${one.recipe.use}`, outcomeOf(one), outcomeOf(again.tried[index]))),
        figure('metrics', metrics, again.evaluation.candidate),
        figure('champion_metrics', championMetrics, again.evaluation.champion),
        figure('evidence_sha256', evidence.sha256, judged.sha256),
        figure('artifact_sha256', sha256, artifact.sha256),
      ];
    } finally {
      if (champion.kind === 'loaded') await champion.scorer.release();
    }
  }

  /** Loaded for the features that the run's rows have, whatever the model computes by now. */
  private async champion(
    run: TrainingRun,
    number: number | undefined,
    { task, schema }: Dataset,
  ): Promise<ChampionUnderTest> {
    if (number === undefined) return { kind: 'none' };
    const version = await this.models.version(run.model, number);
    if (!version) return { kind: 'unreadable', reason: `The registry has no version ${number}.` };
    const loaded = await this.versions.tryLoad(version, { task, schema });
    if ('scorer' in loaded) return { kind: 'loaded', version, scorer: loaded.scorer };
    if (version.deletedAt) throw taken('The model that the candidate was compared with', version);
    return { kind: 'unreadable', reason: loaded.problem };
  }
}

/** What is read of a version; says that it went with the version when that is why it is missing. */
async function told<T>(reading: Promise<T>, what: string, version: ModelVersion): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const missing = error instanceof DomainError && error.code === 'artifact_missing';
    throw missing && version.deletedAt ? taken(what, version) : error;
  }
}

function taken(what: string, { version, deletedBy, deletedAt }: ModelVersion): DomainError {
  const day = deletedAt!.toISOString().slice(0, 10);
  const told = `${what} went with version ${version}, which ${deletedBy} deleted on ${day}.`;
  const advice = 'Put the artifact store back from a backup to reproduce the run; keep more with retention.versions.';
  return notFound('artifact_missing', `${told} ${advice}`);
}

const championGone = (version: number, reason: string) =>
  unprocessable(
    'champion_gone',
    `The run was judged beside version ${version} and may have begun from it; that cannot be loaded any more: ${reason}`,
  );

const outcomeOf = (tried: { readonly metrics?: object; readonly problem?: string } | undefined) =>
  tried && (tried.metrics ?? { problem: tried.problem });

/** Compared as JSON writes them: the shortest digits that give the same double back. */
function figure(what: string, original: unknown, reproduced: unknown): ComparedFigure {
  const [one, other] = [original, reproduced].map((value) => JSON.parse(JSON.stringify(value ?? null)) as Json);
  return { what, original: one!, reproduced: other!, same: canonicalJson(one!) === canonicalJson(other!) };
}
