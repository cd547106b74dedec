import type { Metrics } from '../metric/metrics.js';

/** Why the champion has no scores on the evaluated rows. */
export type ChampionAbsence =
  | { readonly kind: 'none' } // the model has never had a champion
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * Candidate and champion on the same rows, neither fitted on any of them.
 *
 * The rows come from expanding-window refits of the candidate's recipe; the champion scores rows after its training
 * cut-off as it is, earlier rows by refits of its own recipe.
 */
export interface PairedEvaluation {
  readonly rows: number;
  readonly keys: readonly string[];
  readonly times: Float64Array;
  readonly outcomes: Float64Array;
  /** rows x outputs, row-major. */
  readonly candidateScores: Float64Array;
  readonly championScores?: Float64Array;
  readonly championAbsence?: ChampionAbsence;
  readonly candidate: Metrics;
  readonly champion?: Metrics;
  /** Rows that the champion scored as it is (the others through refits of its recipe). */
  readonly championRowsAsIs: number;
  readonly blocks: readonly EvaluationBlock[];
  readonly benchmark?: Float64Array;
}

/** One step of the rolling origin: fitted on rows [0, fitRows), judged on rows [from, to) of the dataset. */
export interface EvaluationBlock {
  readonly fitRows: number;
  readonly from: number;
  readonly to: number;
}
