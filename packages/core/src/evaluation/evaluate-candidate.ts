import { rowsBefore, slice, type Dataset } from '../dataset/dataset.js';
import { metricsOf } from '../metric/evaluate.js';
import type { ModelVersion } from '../model/model-version.js';
import { readsOf } from '../model/version-features.js';
import type { Recipe } from '../run/trainer-definition.js';
import type { Scorer } from '../serving/scorer.port.js';
import { DomainError } from '../shared/errors.js';
import type { EvaluationBlock, PairedEvaluation } from './paired-evaluation.js';
import type { Refits } from './refits.js';

/** The champion as the evaluation sees it. */
export type ChampionUnderTest =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'loaded'; readonly version: ModelVersion; readonly scorer: Scorer };

export interface EvaluationRequest {
  readonly dataset: Dataset;
  readonly blocks: readonly EvaluationBlock[];
  readonly recipe: Recipe;
  readonly champion: ChampionUnderTest;
  readonly refits: Refits;
  readonly outputs: number;
}

type ChampionScores = Pick<PairedEvaluation, 'championScores' | 'championAbsence' | 'champion' | 'championRowsAsIs'>;

/**
 * Scores candidate and champion on the same rows by a rolling origin; no row is scored by a model fitted on it.
 *
 * Rejects when the candidate's recipe cannot be fitted. A champion that cannot be scored is no error here: the evaluation
 * says so, and gates that need it fail closed.
 */
export async function evaluateCandidate(request: EvaluationRequest): Promise<PairedEvaluation> {
  const { dataset, blocks, recipe, refits, outputs } = request;
  const judged = slice(dataset, blocks[0]!.from, blocks.at(-1)!.to);
  const candidateScores = new Float64Array(judged.rows * outputs);
  for (const block of blocks) {
    candidateScores.set(await refits.scores(recipe, block), (block.from - blocks[0]!.from) * outputs);
  }
  return {
    rows: judged.rows,
    keys: judged.keys,
    times: judged.times,
    outcomes: judged.outcomes,
    benchmark: judged.benchmark,
    blocks,
    candidateScores,
    candidate: metricsOf(dataset.task, candidateScores, judged.outcomes),
    ...(await championScores(request, judged)),
  };
}

async function championScores(request: EvaluationRequest, judged: Dataset): Promise<ChampionScores> {
  const { champion } = request;
  if (champion.kind === 'none') return { championAbsence: { kind: 'none' }, championRowsAsIs: 0 };
  if (champion.kind === 'unreadable') return unreadable(champion.reason);
  try {
    const { scores, asIs } = await scoreChampion(request, champion);
    const metrics = metricsOf(judged.task, scores, judged.outcomes);
    return { championScores: scores, champion: metrics, championRowsAsIs: asIs };
  } catch (error) {
    if (error instanceof DomainError && !error.retryable) return unreadable(error.message);
    throw error;
  }
}

async function scoreChampion(
  { dataset, blocks, refits, outputs }: EvaluationRequest,
  { version, scorer }: Extract<ChampionUnderTest, { kind: 'loaded' }>,
): Promise<{ scores: Float64Array; asIs: number }> {
  const first = blocks[0]!.from;
  const end = blocks.at(-1)!.to;
  const scores = new Float64Array((end - first) * outputs);
  for (const block of refittedBlocks(dataset, blocks, version)) {
    const refit = await refits.scores(version.lineage.recipe, block, featuresRead(dataset, version));
    scores.set(refit, (block.from - first) * outputs);
  }
  const from = Math.max(first, Math.min(end, rowsSeen(dataset, version)));
  if (from < end)
    scores.set(await scorer.score(slice(dataset, from, end).features, end - from), (from - first) * outputs);
  return { scores, asIs: end - from };
}

/** The blocks in which a version knows rows already: they are scored by refits of its recipe. */
export function refittedBlocks(
  dataset: Dataset,
  blocks: readonly EvaluationBlock[],
  version: ModelVersion,
): readonly EvaluationBlock[] {
  const seen = rowsSeen(dataset, version);
  return blocks.filter(({ from }) => from < seen);
}

/** The names of what a version reads of the rows, where that is not all of them: its refits may read no more. */
export function featuresRead({ schema }: Dataset, version: ModelVersion): readonly string[] | undefined {
  const reads = readsOf(version, schema);
  return reads.kind === 'columns' ? reads.schema.features.map(({ name }) => name) : undefined;
}

/** A model trained elsewhere does not say until when: its own scores are all there is. */
function rowsSeen(dataset: Dataset, { lineage: { trainedUntil } }: ModelVersion): number {
  return trainedUntil ? rowsBefore(dataset, trainedUntil.getTime()) : 0;
}

const unreadable = (reason: string): ChampionScores => ({
  championAbsence: { kind: 'unreadable', reason },
  championRowsAsIs: 0,
});
