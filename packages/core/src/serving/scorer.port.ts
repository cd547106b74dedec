/** A model in memory that turns features into scores. */
export interface Scorer {
  readonly inputs: number;
  /** Columns of the answer: number of classes, or 1. */
  readonly outputs: number;
  /**
   * Scores `rows` rows at once.
   * @param features rows x inputs, row-major, NaN = missing.
   * @returns rows x outputs, row-major.
   */
  score(features: Float32Array, rows: number): Promise<Float32Array>;
  /** Frees native memory once calls in flight have ended. Scoring after release rejects. Releasing twice is fine. */
  release(): Promise<void>;
}

export interface ScorerExpectation {
  readonly inputs: number;
  readonly outputs: number;
  /** Probabilities must be finite, not negative and sum to one when true. */
  readonly probabilities: boolean;
}

/** Turns artifacts into scorers, refusing what must never serve. */
export abstract class ScorerLoader {
  /**
   * Checks the bytes (parseable, allowed operators and versions, names, types and shapes, sane answers on probe rows)
   * and loads them. Rejects with a DomainError of code `invalid_artifact` that says what is wrong.
   */
  abstract load(artifact: Uint8Array, expectation: ScorerExpectation): Promise<Scorer>;

  /**
   * Makes every check of `load` on an artifact that somebody sent. An adapter whose runtime such an artifact could take
   * down makes them where that harms nobody. Rejects as `load` does.
   */
  async tryOut(artifact: Uint8Array, expectation: ScorerExpectation): Promise<void> {
    await (await this.load(artifact, expectation)).release();
  }
}
