import { Records } from '../dataset/records.port.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { Evaluation } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { withBenchmarks } from './benchmarks.js';
import { figuresOf, foresightOf, isMatured, type Figures, type Foresight } from './performance-figures.js';
import type { AnsweredPrediction } from './prediction.js';
import { Predictions, type Coverage, type PredictionWindow } from './predictions.port.js';
import { periodsOf } from './windows.js';

/** Predictions that the coverage looks at, at most. */
const COUNTED = 1_000_000;

export interface PerformanceQuestion {
  readonly model: string;
  /** Length of a period in days. */
  readonly days: number;
  /** Newest answers with an outcome that are looked at, at most, and newest answers of all. */
  readonly limit: number;
  /** Nothing after this instant; now when left out. */
  readonly asOf?: Date;
}

/** Figures of a span of time. */
export interface PeriodFigures extends Figures {
  readonly from: Date;
  readonly until: Date;
  /** Answers, with or without an outcome. */
  readonly predictions: number;
  /** Of the champion's answers in it. */
  readonly foresight?: Foresight;
}

export interface Performance {
  readonly coverage: Coverage;
  readonly overall: Figures;
  readonly versions: readonly (Figures & { readonly version: number })[];
  /** Ascending; periods without an answer are left out. */
  readonly periods: readonly PeriodFigures[];
  /** What the champion was measured at before it served. */
  readonly baseline?: Evaluation;
  /** What the champion's confidence promises of all its answers, beside what is known of them. */
  readonly foresight?: Foresight;
}

/** Measures what was really answered against what really happened, and estimates what is not known yet. */
@Service()
export class PerformanceService {
  constructor(
    private readonly models: Models,
    private readonly plugins: PluginRegistry,
    private readonly predictions: Predictions,
    private readonly records: Records,
  ) {}

  /** Rejects with `unknown_model`. */
  async execute({ model, days, limit, asOf }: PerformanceQuestion): Promise<Performance> {
    const row = await this.models.find(model);
    if (!row) throw notFound('unknown_model', `There is no model "${model}".`);
    const definition = this.plugins.models.get(row.definition);
    const { task } = definition;
    const window = { model, asOf, limit };
    const [coverage, answered, champion] = await Promise.all([
      this.predictions.coverage({ ...window, limit: COUNTED }),
      this.answered(definition, window),
      this.models.alias(model, 'champion'),
    ]);
    const matured = answered.filter(isMatured);
    const versions = [...new Set(matured.map(({ prediction }) => prediction.version))].sort((a, b) => a - b);
    const baseline = champion && (await this.models.version(model, champion.version))?.evaluation;
    const foresight = (some: readonly AnsweredPrediction[]) =>
      foresightOf(
        task,
        some.filter(({ prediction }) => prediction.version === champion?.version),
        baseline,
      );
    return {
      coverage,
      overall: figuresOf(task, matured),
      versions: versions.map((version) => {
        const own = matured.filter(({ prediction }) => prediction.version === version);
        return { version, ...figuresOf(task, own) };
      }),
      periods: periodsOf(answered, days).map(({ items, ...span }) => ({
        ...span,
        predictions: items.length,
        ...figuresOf(task, items.filter(isMatured)),
        foresight: foresight(items),
      })),
      baseline,
      foresight: foresight(answered),
    };
  }

  /** The newest answers with an outcome, with their benchmarks, among the newest answers of all; ascending. */
  private async answered(
    definition: ModelDefinition,
    window: PredictionWindow,
  ): Promise<readonly AnsweredPrediction[]> {
    const [newest, matured] = await Promise.all([this.predictions.answered(window), this.predictions.matured(window)]);
    const judged = await withBenchmarks(definition, this.records, matured);
    const known = new Set(judged.map(({ prediction }) => prediction.id));
    // An outcome that came between the two readings counts the next time.
    const open = newest.filter(({ prediction }) => !known.has(prediction.id)).map(({ prediction }) => ({ prediction }));
    return [...judged, ...open].sort((a, b) => a.prediction.seq - b.prediction.seq);
  }
}
