import type { LogRatios } from '../strength/goal-outcomes.js';
import { solveSymmetric } from '../strength/solve-symmetric.js';

/** A one, and what the strengths say of a fixture: what the market's opinion is guessed from. */
export type ImitationInputs = readonly number[];
/** Length of {@link ImitationInputs}. */
export const IMITATION_INPUTS = 13;

/** A match older by this many matches with odds counts half. */
const HALF_LIFE_MATCHES = 1500;
const DECAY = Math.pow(0.5, 1 / HALF_LIFE_MATCHES);
/** Weight of the prior, on the scale of the inputs: a few dozen matches with odds outweigh it. */
const RIDGE = 20;

/**
 * What the market would say of a fixture, learned by recursive ridge regression of past opinions on the strengths known then.
 *
 * It stands in for odds that a request does not carry. Until odds were seen it repeats the opinion that the strengths
 * imply by themselves. Odds are a far less noisy teacher than results: a season of them suffices.
 */
export class MarketImitation {
  private balance: Float64Array | undefined;
  private draw: Float64Array | undefined;

  private constructor(
    private readonly size: number,
    private readonly products: Float64Array,
    private readonly balanceSums: Float64Array,
    private readonly drawSums: Float64Array,
  ) {}

  static empty(): MarketImitation {
    const size = IMITATION_INPUTS;
    return new MarketImitation(size, new Float64Array(size * size), new Float64Array(size), new Float64Array(size));
  }

  copy(): MarketImitation {
    const copy = new MarketImitation(this.size, this.products.slice(), this.balanceSums.slice(), this.drawSums.slice());
    copy.balance = this.balance;
    copy.draw = this.draw;
    return copy;
  }

  /** What the strengths imply, corrected by how the market was seen to differ. */
  opinion(inputs: ImitationInputs, implied: LogRatios): LogRatios {
    this.balance ??= this.solve(this.balanceSums);
    this.draw ??= this.solve(this.drawSums);
    let balance = implied.balance;
    let draw = implied.draw;
    for (let index = 0; index < this.size; index += 1) {
      balance += this.balance[index]! * inputs[index]!;
      draw += this.draw[index]! * inputs[index]!;
    }
    return { balance, draw };
  }

  learn(inputs: ImitationInputs, implied: LogRatios, observed: LogRatios): void {
    const { size, products } = this;
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column <= row; column += 1) {
        const index = row * size + column;
        products[index] = products[index]! * DECAY + inputs[row]! * inputs[column]!;
      }
      this.balanceSums[row] = this.balanceSums[row]! * DECAY + inputs[row]! * (observed.balance - implied.balance);
      this.drawSums[row] = this.drawSums[row]! * DECAY + inputs[row]! * (observed.draw - implied.draw);
    }
    this.balance = undefined;
    this.draw = undefined;
  }

  private solve(sums: Float64Array): Float64Array {
    const matrix = this.products.slice();
    for (let index = 0; index < this.size; index += 1) matrix[index * this.size + index]! += RIDGE;
    const solution = sums.slice();
    solveSymmetric(matrix, solution, this.size);
    return solution;
  }
}
