import { unavailable, unprocessable, type Scorer } from '@retrain/core';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** An ONNX Runtime session that serves one output; frees it only when no call is running. */
export class OnnxScorer implements Scorer {
  private inFlight = 0;
  private released?: Promise<void>;
  private drained?: () => void;

  constructor(
    private readonly session: InferenceSession,
    private readonly output: string,
    readonly inputs: number,
    readonly outputs: number,
  ) {}

  async score(features: Float32Array, rows: number): Promise<Float32Array> {
    if (this.released)
      throw unavailable('scorer_released', 'This model has been replaced; ask the one that serves now.');
    if (features.length !== rows * this.inputs) {
      throw new RangeError(
        `${rows} rows x ${this.inputs} features need ${rows * this.inputs} numbers, given ${features.length}.`,
      );
    }
    if (rows === 0) return new Float32Array(0);
    this.inFlight++;
    try {
      const tensor = new Tensor('float32', features, [rows, this.inputs]);
      const results = await this.session.run({ features: tensor }, [this.output]);
      return this.finite(results[this.output]!.data as Float32Array);
    } finally {
      this.inFlight--;
      if (this.inFlight === 0) this.drained?.();
    }
  }

  /** An infinite feature (a number beyond float32, for example) must not become an answer. */
  private finite(scores: Float32Array): Float32Array {
    const bad = scores.findIndex((score) => !Number.isFinite(score));
    if (bad < 0) return scores;
    const row = Math.floor(bad / this.outputs) + 1;
    throw unprocessable(
      'score_not_finite',
      `The model has no finite answer for row ${row}; its features are too large.`,
    );
  }

  release(): Promise<void> {
    this.released ??= this.drain().then(() => this.session.release());
    return this.released;
  }

  private async drain(): Promise<void> {
    if (this.inFlight > 0) await new Promise<void>((resolve) => (this.drained = resolve));
  }
}
