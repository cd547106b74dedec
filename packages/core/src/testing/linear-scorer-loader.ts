import { invalid } from '../shared/errors.js';
import { ScorerLoader, type Scorer, type ScorerExpectation } from '../serving/scorer.port.js';

/** Artifact of a two-class model: P(first class) = 1 / (1 + exp(-(weights . features + bias))). */
export function linearArtifact(weights: readonly number[], bias = 0): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ weights, bias }));
}

/** Loads linear artifacts; refuses bytes that are none. Missing features count as zero. */
export class LinearScorerLoader extends ScorerLoader {
  /** Scorers that are loaded and not released. */
  live = 0;

  async load(artifact: Uint8Array, expectation: ScorerExpectation): Promise<Scorer> {
    const { weights, bias } = parse(artifact);
    if (weights.length !== expectation.inputs || expectation.outputs !== 2) {
      throw invalid('invalid_artifact', `The artifact reads ${weights.length} features, not ${expectation.inputs}.`);
    }
    this.live++;
    return new LinearScorer(weights, bias, () => this.live--);
  }
}

class LinearScorer implements Scorer {
  readonly outputs = 2;
  private released = false;

  constructor(
    private readonly weights: readonly number[],
    private readonly bias: number,
    private readonly onRelease: () => void,
  ) {}

  get inputs(): number {
    return this.weights.length;
  }

  async score(features: Float32Array, rows: number): Promise<Float32Array> {
    if (this.released) throw new Error('The scorer was released.');
    const scores = new Float32Array(rows * 2);
    for (let row = 0; row < rows; row++) {
      let sum = this.bias;
      for (const [column, weight] of this.weights.entries()) {
        const value = features[row * this.inputs + column]!;
        if (!Number.isNaN(value)) sum += weight * value;
      }
      const first = 1 / (1 + Math.exp(-sum));
      scores.set([first, 1 - first], row * 2);
    }
    return scores;
  }

  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    this.onRelease();
  }
}

function parse(artifact: Uint8Array): { weights: number[]; bias: number } {
  try {
    const { weights, bias } = JSON.parse(new TextDecoder().decode(artifact)) as { weights: number[]; bias: number };
    if (weights.every(Number.isFinite) && Number.isFinite(bias)) return { weights, bias };
  } catch {
    // Told below.
  }
  throw invalid('invalid_artifact', 'The artifact is no linear model.');
}
