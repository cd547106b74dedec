import type { Dataset } from '../dataset/dataset.js';
import { outputsOf } from '../deployment/version-loader.service.js';
import type { Metrics } from '../metric/metrics.js';
import type { Recipe } from '../run/trainer-definition.js';
import { DomainError } from '../shared/errors.js';
import { chooseBest } from './choose-best.js';
import { evaluateCandidate, type ChampionUnderTest } from './evaluate-candidate.js';
import type { EvaluationBlock, PairedEvaluation } from './paired-evaluation.js';
import type { Refits } from './refits.js';

export interface SelectionRequest {
  readonly dataset: Dataset;
  readonly blocks: readonly EvaluationBlock[];
  readonly recipes: readonly Recipe[];
  readonly champion: ChampionUnderTest;
  readonly refits: Refits;
  readonly signal: AbortSignal;
}

/** A recipe that was tried: its figures, or why it has none. */
export interface TriedRecipe {
  readonly recipe: Recipe;
  readonly metrics?: Metrics;
  readonly problem?: string;
}

export interface Selection {
  readonly recipe: Recipe;
  readonly evaluation: PairedEvaluation;
  readonly tried: readonly TriedRecipe[];
}

interface Judged {
  readonly recipe: Recipe;
  readonly evaluation: PairedEvaluation;
  readonly metrics: Metrics;
}

/**
 * Evaluates every recipe on the same rows and picks the best; one that fails does not stop the others.
 *
 * Rejects with the last failure when no recipe can be fitted and judged, with the signal's reason when aborted, and at once
 * with whatever may pass by itself (a part that is away).
 */
export async function selectRecipe(request: SelectionRequest): Promise<Selection> {
  const { dataset, recipes, signal } = request;
  const judged: Judged[] = [];
  const failed: { recipe: Recipe; error: DomainError }[] = [];
  for (const { use, with: options } of recipes) {
    const recipe = { use, with: options };
    try {
      const evaluation = await evaluateCandidate({ ...request, recipe, outputs: outputsOf(dataset.task) });
      judged.push({ recipe, evaluation, metrics: evaluation.candidate });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DomainError) || error.retryable) throw error;
      failed.push({ recipe, error });
    }
  }
  const best = chooseBest(dataset.task, judged);
  if (!best) throw failed.at(-1)?.error ?? nothingToJudge(recipes);
  const tried = [
    ...judged.map(({ recipe, metrics }) => ({ recipe, metrics })),
    ...failed.map(({ recipe, error }) => ({ recipe, problem: error.message })),
  ];
  return { recipe: best.recipe, evaluation: best.evaluation, tried };
}

function nothingToJudge(recipes: readonly Recipe[]): DomainError {
  const names = recipes.map(({ use }) => use).join(', ') || 'none';
  return new DomainError(
    'unprocessable',
    'no_candidate',
    `No configured trainer gave a candidate (trainers: ${names}).`,
  );
}
