import type { Dataset } from '../dataset/dataset.js';
import { fitPiece } from '../piece/fit-piece.js';
import type { Fitting, FittingLimits } from '../run/fitting.port.js';
import type { Recipe } from '../run/trainer-definition.js';
import type { ScorerLoader } from '../serving/scorer.port.js';
import { canonicalJson } from '../shared/canonical-json.js';
import type { EvaluationBlock } from './paired-evaluation.js';

/** Scores blocks by fits on the rows before them. */
export interface Refits {
  /**
   * Scores of rows [from, to) of the block, rows x outputs, by the recipe fitted on rows [0, fitRows).
   * @param features names of the features that it may read; not given: all.
   */
  scores(recipe: Recipe, block: EvaluationBlock, features?: readonly string[]): Promise<Float32Array>;
}

export interface RefitSettings {
  readonly dataset: Dataset;
  readonly seed: number;
  readonly limits: FittingLimits;
  readonly signal: AbortSignal;
}

/** Refits by this process, one after the other. Equal recipes on equal rows are fitted once: candidate and champion may well share one. */
export class OwnRefits implements Refits {
  private readonly scored = new Map<string, Promise<Float32Array>>();

  constructor(
    private readonly fitting: Fitting,
    private readonly loader: ScorerLoader,
    private readonly settings: RefitSettings,
  ) {}

  scores(recipe: Recipe, block: EvaluationBlock, features?: readonly string[]): Promise<Float32Array> {
    const name = canonicalJson([recipe, block, features ?? null]);
    let scores = this.scored.get(name);
    if (!scores) this.scored.set(name, (scores = this.fitAndScore(recipe, block, features)));
    return scores;
  }

  private async fitAndScore(
    recipe: Recipe,
    { fitRows, from, to }: EvaluationBlock,
    features: readonly string[] | undefined,
  ): Promise<Float32Array> {
    const { seed } = this.settings;
    const work = { ...(features ? { features } : {}), recipe, fitRows, judged: { from, to }, seed, lineage: {} };
    const fitted = await fitPiece(work, { ...this.settings, fitting: this.fitting, loader: this.loader });
    if (!('scores' in fitted)) throw new Error('A piece that is judged has scores.');
    return fitted.scores;
  }
}
