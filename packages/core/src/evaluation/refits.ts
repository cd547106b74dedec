import { slice, type Dataset } from '../dataset/dataset.js';
import type { Fitting, FittingLimits } from '../run/fitting.port.js';
import type { Recipe } from '../run/trainer-definition.js';
import type { ScorerExpectation, ScorerLoader } from '../serving/scorer.port.js';
import { canonicalJson } from '../shared/canonical-json.js';
import type { EvaluationBlock } from './paired-evaluation.js';

export interface RefitSettings {
  readonly dataset: Dataset;
  readonly expectation: ScorerExpectation;
  readonly seed: number;
  readonly limits: FittingLimits;
  readonly signal: AbortSignal;
}

/**
 * Scores blocks by fits on the rows before them. Equal recipes on equal rows are fitted once: candidate and champion may
 * well share one.
 */
export class Refits {
  private readonly scored = new Map<string, Promise<Float32Array>>();

  constructor(
    private readonly fitting: Fitting,
    private readonly loader: ScorerLoader,
    private readonly settings: RefitSettings,
  ) {}

  /** Scores of rows [from, to) of the block, rows x outputs, by the recipe fitted on rows [0, fitRows). */
  scores(recipe: Recipe, block: EvaluationBlock): Promise<Float32Array> {
    const name = canonicalJson([recipe, block]);
    let scores = this.scored.get(name);
    if (!scores) this.scored.set(name, (scores = this.fitAndScore(recipe, block)));
    return scores;
  }

  private async fitAndScore(recipe: Recipe, { fitRows, from, to }: EvaluationBlock): Promise<Float32Array> {
    const { dataset, expectation, seed, limits, signal } = this.settings;
    signal.throwIfAborted();
    const lineage = { purpose: 'evaluation', rows: String(fitRows) };
    const fitted = await this.fitting.fit({
      recipe,
      dataset: slice(dataset, 0, fitRows),
      seed,
      lineage,
      limits,
      signal,
    });
    const scorer = await this.loader.load(fitted.artifact, expectation);
    try {
      return await scorer.score(slice(dataset, from, to).features, to - from);
    } finally {
      await scorer.release();
    }
  }
}
