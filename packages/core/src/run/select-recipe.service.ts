import type { Dataset } from '../dataset/dataset.js';
import { expectationOf } from '../deployment/version-loader.service.js';
import { chooseBest } from '../evaluation/choose-best.js';
import { evaluateCandidate, type ChampionUnderTest } from '../evaluation/evaluate-candidate.js';
import type { EvaluationBlock, PairedEvaluation } from '../evaluation/paired-evaluation.js';
import { Refits } from '../evaluation/refits.js';
import type { Metrics } from '../metric/metrics.js';
import { ScorerLoader } from '../serving/scorer.port.js';
import { DomainError } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { Fitting, type FittingLimits } from './fitting.port.js';
import type { TrainOutput } from './outputs.js';
import type { Recipe } from './trainer-definition.js';

export interface SelectionRequest {
  readonly dataset: Dataset;
  readonly blocks: readonly EvaluationBlock[];
  readonly recipes: readonly Recipe[];
  readonly champion: ChampionUnderTest;
  readonly seed: number;
  readonly limits: FittingLimits;
  readonly signal: AbortSignal;
  onProgress(fraction: number): void;
}

export interface Selection {
  readonly recipe: Recipe;
  readonly evaluation: PairedEvaluation;
  readonly tried: TrainOutput['tried'];
}

interface Tried {
  readonly recipe: Recipe;
  readonly evaluation: PairedEvaluation;
  readonly metrics: Metrics;
}

/** Evaluates every configured recipe on the same rows and picks the best; one that fails does not stop the others. */
@Service()
export class SelectRecipe {
  constructor(
    private readonly fitting: Fitting,
    private readonly loader: ScorerLoader,
  ) {}

  /** Rejects with the last failure when no recipe can be fitted and judged. */
  async execute(request: SelectionRequest): Promise<Selection> {
    const { dataset, recipes, onProgress } = request;
    const expectation = expectationOf(dataset);
    const refits = new Refits(this.fitting, this.loader, { ...request, expectation });
    const judged: Tried[] = [];
    const failed: { recipe: Recipe; error: DomainError }[] = [];
    for (const [index, { use, with: options }] of recipes.entries()) {
      const recipe = { use, with: options };
      try {
        const evaluation = await evaluateCandidate({
          ...request,
          recipe,
          refits,
          outputs: expectation.outputs,
          onProgress: (fraction) => onProgress((index + fraction) / recipes.length),
        });
        judged.push({ recipe, evaluation, metrics: evaluation.candidate });
      } catch (error) {
        request.signal.throwIfAborted();
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
}

function nothingToJudge(recipes: readonly Recipe[]): DomainError {
  const names = recipes.map(({ use }) => use).join(', ') || 'none';
  return new DomainError(
    'unprocessable',
    'no_candidate',
    `No configured trainer gave a candidate (trainers: ${names}).`,
  );
}
