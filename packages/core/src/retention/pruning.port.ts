/** Deletes rows of the past, a bounded number at a time; each answers how many it deleted, fewer than `limit` when none is left. */
export abstract class Pruning {
  /** Predictions recorded before the instant, with their outcomes and corrections. */
  abstract predictions(model: string, before: Date, limit: number): Promise<number>;
  /** Stored checks made before the instant. */
  abstract evaluations(model: string, before: Date, limit: number): Promise<number>;
  /** Pieces made before the instant, of runs that are over. */
  abstract pieces(model: string, before: Date, limit: number): Promise<number>;
}
