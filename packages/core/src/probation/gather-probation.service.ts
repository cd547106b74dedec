import { Records } from '../dataset/records.port.js';
import { VersionLoader } from '../deployment/version-loader.service.js';
import type { ModelDefinition } from '../model/model-definition.js';
import { schemaOf } from '../model/version-features.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { withBenchmarks } from '../prediction/benchmarks.js';
import { maturedRows } from '../prediction/matured-rows.js';
import type { FeaturedAnswer, MaturedPrediction } from '../prediction/prediction.js';
import { Predictions } from '../prediction/predictions.port.js';
import { figuresOf } from '../rollout/arm-figures.js';
import { totalsOf } from '../rollout/arm-totals.js';
import { pairedOutcome } from '../rollout/paired-outcome.js';
import type { RolloutPair } from '../rollout/rollout-evidence.js';
import { Service } from '../shared/service.js';
import type { ProbationEvidence } from './judge-probation.js';
import type { Probation } from './probation.js';
import { Probations } from './probations.port.js';

/** Newest answers that are judged at most. */
const ROWS = 5_000;

/** Gathers what is known of a champion on probation, and what the one before it says of the same requests. */
@Service()
export class GatherProbation {
  constructor(
    private readonly models: Models,
    private readonly predictions: Predictions,
    private readonly probations: Probations,
    private readonly records: Records,
    private readonly plugins: PluginRegistry,
    private readonly versions: VersionLoader,
  ) {}

  async execute(probation: Probation, asOf: Date): Promise<ProbationEvidence> {
    const { model, version, previousVersion, startedAt } = probation;
    const definition = this.plugins.models.get((await this.models.find(model))!.definition);
    const window = { model, version, asOf, limit: ROWS };
    const own = (await this.predictions.maturedWithFeatures(window)).filter(
      ({ prediction }) => prediction.recordedAt >= startedAt,
    );
    const matured = await withBenchmarks(definition, this.records, own);
    const [champion, previous] = await Promise.all([
      this.models.version(model, version),
      this.models.version(model, previousVersion),
    ]);
    const error = previous?.evaluation?.metrics['rmse'];
    const scale = definition.task.kind === 'regression' && error !== undefined && error > 0 ? error * error : undefined;
    // Recorded is what the version on probation has read.
    const schema = champion ? schemaOf(champion, definition.schema) : definition.schema;
    const recorded = { task: definition.task, schema };
    const pairs = previous && (await this.pairsWith(previous, recorded, matured, scale));
    return {
      startedAt: probation.asOf,
      asOf,
      task: definition.task,
      rows: maturedRows(definition.task, matured),
      evaluation: champion?.evaluation,
      serving: figuresOf(totalsOf(await this.probations.tallies(model, version))),
      before: figuresOf(totalsOf(await this.probations.tallies(model, previousVersion))),
      scale,
      pairs,
    };
  }

  /**
   * Recorded features are all that a version needs to answer, so the champion before scores them afterwards. Undefined
   * where it cannot: its artifact is broken, it reads features that were not recorded, or a regression has nothing to be scaled by.
   */
  private async pairsWith(
    previous: ModelVersion,
    { task, schema }: Pick<ModelDefinition, 'task' | 'schema'>,
    matured: readonly MaturedPrediction<FeaturedAnswer>[],
    scale: number | undefined,
  ): Promise<readonly RolloutPair[] | undefined> {
    if (task.kind === 'regression' && scale === undefined) return undefined;
    const loaded = await this.versions.tryLoad(previous, { task, schema });
    if ('problem' in loaded) return undefined;
    try {
      const width = schema.features.length;
      const usable = matured.filter(({ prediction }) => prediction.features.length === width);
      const features = Float32Array.from(
        usable.flatMap(({ prediction }) => prediction.features),
        (value) => value ?? NaN,
      );
      const scores = usable.length === 0 ? [] : await loaded.scorer.score(features, usable.length);
      const { outputs } = loaded.scorer;
      return usable.flatMap(({ prediction, outcome, observedAt }, row) => {
        const before = Array.from(scores.slice(row * outputs, (row + 1) * outputs));
        const given = { champion: before, challenger: prediction.scores, outcome };
        const pair = pairedOutcome(task, { scale }, given);
        return pair ? [{ ...pair, observedAt }] : [];
      });
    } finally {
      await loaded.scorer.release();
    }
  }
}
