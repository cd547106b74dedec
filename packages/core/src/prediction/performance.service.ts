import { metricsOf } from '../metric/evaluate.js';
import type { Metrics } from '../metric/metrics.js';
import type { Evaluation } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import type { Task } from '../model/task.js';
import { PluginRegistry } from '../plugin/registry.js';
import { notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import type { MaturedPrediction } from './prediction.js';
import { Predictions, type Coverage } from './predictions.port.js';
import { periodsOf } from './windows.js';

/** Predictions that the coverage looks at, at most. */
const COUNTED = 1_000_000;

export interface PerformanceQuestion {
  readonly model: string;
  /** Length of a period in days. */
  readonly days: number;
  /** Newest answers with an outcome that are looked at, at most. */
  readonly limit: number;
  /** Nothing after this instant; now when left out. */
  readonly asOf?: Date;
}

/** Figures of some answers. */
export interface Figures {
  readonly n: number;
  readonly metrics: Metrics;
}

export interface Performance {
  readonly coverage: Coverage;
  readonly overall: Figures;
  readonly versions: readonly (Figures & { readonly version: number })[];
  /** Ascending; periods without an answer are left out. */
  readonly periods: readonly (Figures & { readonly from: Date; readonly until: Date })[];
  /** What the champion was measured at before it served. */
  readonly baseline?: Evaluation;
}

/** Measures what was really answered against what really happened. */
@Service()
export class PerformanceService {
  constructor(
    private readonly models: Models,
    private readonly plugins: PluginRegistry,
    private readonly predictions: Predictions,
  ) {}

  /** Rejects with `unknown_model`. */
  async execute({ model, days, limit, asOf }: PerformanceQuestion): Promise<Performance> {
    const row = await this.models.find(model);
    if (!row) throw notFound('unknown_model', `There is no model "${model}".`);
    const { task } = this.plugins.models.get(row.definition);
    const window = { model, asOf, limit };
    const [coverage, matured, champion] = await Promise.all([
      this.predictions.coverage({ ...window, limit: COUNTED }),
      this.predictions.matured(window),
      this.models.alias(model, 'champion'),
    ]);
    const versions = [...new Set(matured.map(({ prediction }) => prediction.version))].sort((a, b) => a - b);
    const baseline = champion && (await this.models.version(model, champion.version))?.evaluation;
    return {
      coverage,
      overall: figuresOf(task, matured),
      versions: versions.map((version) => {
        const own = matured.filter(({ prediction }) => prediction.version === version);
        return { version, ...figuresOf(task, own) };
      }),
      periods: periodsOf(matured, days).map(({ items, ...span }) => ({ ...span, ...figuresOf(task, items) })),
      baseline,
    };
  }
}

function figuresOf(task: Task, matured: readonly MaturedPrediction[]): Figures {
  const scores = Float64Array.from(matured.flatMap(({ prediction }) => prediction.scores));
  const outcomes = Float64Array.from(matured, ({ outcome }) =>
    task.kind === 'classification' ? task.classes.indexOf(String(outcome)) : Number(outcome),
  );
  return { n: matured.length, metrics: metricsOf(task, scores, outcomes) };
}
