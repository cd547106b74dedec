import { candidatesOf } from '../config/grid.js';
import type { RetrainingConfig } from '../config/retraining-config.js';
import { rowsBefore, slice, type Dataset } from '../dataset/dataset.js';
import { encodeDataset } from '../dataset/snapshot.js';
import { expectationOf } from '../deployment/version-loader.service.js';
import type { FeatureProfile } from '../drift/feature-profile.js';
import { profileToJson } from '../drift/profile-json.js';
import { referenceProfileOf } from '../drift/reference-profile.js';
import { referenceSampleOf } from '../drift/reference-sample.js';
import type { PairedEvaluation } from '../evaluation/paired-evaluation.js';
import { planBlocks } from '../evaluation/plan.js';
import { OwnRefits } from '../evaluation/refits.js';
import { selectRecipe } from '../evaluation/select-recipe.js';
import type { ParityCheck } from '../gate/gate-definition.js';
import { judge, type Judgement } from '../gate/judge.js';
import { schemaHash } from '../model/feature-schema.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { ModelVersion } from '../model/model-version.js';
import type { PluginRegistry } from '../plugin/registry.js';
import { codeVersion } from '../run/code-version.js';
import { evaluationSummaryOf } from '../run/train-candidate.service.js';
import type { FittedModel, Recipe } from '../run/trainer-definition.js';
import type { Scorer, ScorerLoader } from '../serving/scorer.port.js';
import { sha256 } from '../shared/canonical-json.js';
import type { MeteredFitting } from './metered-fitting.port.js';

/** A version that can serve. */
export interface Recruit {
  readonly version: ModelVersion;
  readonly scorer: Scorer;
  /** Picture of its training rows; only those that triggers watch have one. */
  readonly profile?: FeatureProfile;
  /** Raw rows of it. */
  readonly sample?: Float32Array;
}

export interface RecruitingOptions {
  readonly model: string;
  readonly definition: Pick<ModelDefinition, 'name' | 'task' | 'schema'>;
  readonly config: RetrainingConfig;
  readonly plugins: PluginRegistry;
  readonly fitting: MeteredFitting;
  readonly loader: ScorerLoader;
  readonly dataset: Dataset;
  readonly signal: AbortSignal;
}

/** Makes versions as a run does: the product's own rolling origin, choice of recipe and gates, without its tables. */
export class Recruiting {
  private readonly firstRow: number;
  private made = 0;

  constructor(private readonly options: RecruitingOptions) {
    const { config, dataset } = options;
    const { training_data_from: from } = config;
    this.firstRow = from === undefined ? 0 : rowsBefore(dataset, Date.parse(from));
  }

  /** A version fitted on the rows before `to`, judged by nobody; several recipes are compared, one is simply fitted. */
  async refit(to: number, asOf: Date): Promise<Recruit> {
    const rows = this.rowsTo(to);
    const recipes = candidatesOf(this.options.config.trainers);
    const recipe = recipes.length === 1 ? recipes[0]! : (await this.select(rows)).recipe;
    const fitted = await this.fit(rows, recipe);
    return this.recruit(rows, recipe, fitted, asOf);
  }

  /** A candidate fitted on the rows before `to`, evaluated beside the champion and judged by the gates. */
  async candidate(
    to: number,
    asOf: Date,
    triggers: readonly string[],
    champion?: Recruit,
  ): Promise<{ readonly recruit: Recruit; readonly judgement: Judgement }> {
    const { config, model, definition } = this.options;
    const rows = this.rowsTo(to);
    const { recipe, evaluation } = await this.select(rows, champion);
    const fitted = await this.fit(rows, recipe);
    const recruit = await this.recruit(rows, recipe, fitted, asOf, evaluation, champion);
    const context = {
      model,
      definition,
      config,
      candidate: recruit.version,
      champion: champion?.version,
      evaluation,
      parity: await parityOf(rows, fitted, recruit.scorer),
      triggers,
      seed: config.seed,
    };
    return { recruit, judgement: await judge(context, this.gates()) };
  }

  private rowsTo(to: number): Dataset {
    return slice(this.options.dataset, Math.min(this.firstRow, to), to);
  }

  private select(dataset: Dataset, champion?: Recruit) {
    const { config, signal, fitting, loader } = this.options;
    const { seed } = config;
    const { blocks } = planBlocks(dataset, {
      ...config.evaluation,
      championTrainedUntil: champion?.version.lineage.trainedUntil,
    });
    return selectRecipe({
      dataset,
      blocks,
      recipes: candidatesOf(config.trainers),
      champion: champion ? { kind: 'loaded', ...champion } : { kind: 'none' },
      refits: new OwnRefits(fitting, loader, { dataset, seed, limits: limitsOf(config), signal }),
      signal,
    });
  }

  private fit(dataset: Dataset, { use, with: options }: Recipe): Promise<FittedModel> {
    const { config, fitting, signal } = this.options;
    const recipe = { use, with: options };
    return fitting.fit({ recipe, dataset, seed: config.seed, lineage: {}, limits: limitsOf(config), signal });
  }

  private async recruit(
    rows: Dataset,
    { use, with: options }: Recipe,
    { artifact }: FittedModel,
    asOf: Date,
    evaluation?: PairedEvaluation,
    parent?: Recruit,
  ): Promise<Recruit> {
    const { model, config, loader, definition } = this.options;
    const hash = sha256(artifact);
    const profile = evaluation && referenceProfileOf(rows);
    const sample = evaluation && referenceSampleOf(rows);
    const number = ++this.made;
    const version: ModelVersion = {
      id: `${model}-${number}`,
      model,
      version: number,
      artifact: { uri: `memory:${hash}`, sha256: hash, bytes: artifact.length },
      ...(evaluation ? { evaluation: evaluationSummaryOf(rows, evaluation) } : {}),
      ...(profile ? { featureProfile: profileToJson(profile) } : {}),
      lineage: {
        dataHash: sha256(encodeDataset(rows)),
        schemaHash: schemaHash(definition.schema),
        recipe: { use, with: options },
        seed: config.seed,
        codeVersion,
        configRevision: 1,
        parentVersion: parent?.version.version,
        trainingRows: rows.rows,
        trainedUntil: new Date(rows.times[rows.rows - 1]! + 1),
      },
      createdAt: asOf,
    };
    return { version, scorer: await loader.load(artifact, expectationOf(definition)), profile, sample };
  }

  private gates() {
    return this.options.config.gates.map(({ use, with: options }) => {
      const definition = this.options.plugins.gates.get(use);
      return { definition, options: definition.parseOptions(options) };
    });
  }
}

async function parityOf(dataset: Dataset, { check }: FittedModel, scorer: Scorer): Promise<ParityCheck> {
  const rows = Math.min(check.rows, dataset.rows);
  const features = dataset.features.subarray(0, rows * dataset.schema.features.length);
  return { rows, trainer: check.scores, artifact: await scorer.score(features, rows) };
}

function limitsOf({ resources }: RetrainingConfig) {
  return { memoryMb: resources.memory_mb, timeoutSeconds: resources.timeout_seconds };
}
