import { improvement, schemaHash, seededRandom, type GateContext } from '@retrain/core';
import type { Part } from './bar.js';
import { schemaOf } from './monitored-model.js';
import { normals } from './normal.js';

const CLASSES = 3;
const schema = schemaOf(1);

/** Standard deviations of what the models' log-odds are off by. */
interface Errors {
  /** The same for both: what no model of these features can know. */
  readonly shared: number;
  readonly candidate: number;
  readonly champion: number;
}

/** Evaluations in which champion and candidate miss the true probabilities by errors of a given size. */
class Retrainings {
  private readonly normal;
  private readonly random;

  constructor(
    private readonly errors: Errors,
    seed: number,
  ) {
    this.normal = normals(seed);
    this.random = seededRandom(seed + 1);
  }

  /** True probabilities, and what both models say, of one row. */
  private row(): { truth: number[]; candidate: number[]; champion: number[] } {
    const logits = Array.from({ length: CLASSES }, () => 0.6 * this.normal());
    const shared = logits.map((logit) => logit + this.errors.shared * this.normal());
    const off = (size: number) => softmax(shared.map((logit) => logit + size * this.normal()));
    return { truth: softmax(logits), candidate: off(this.errors.candidate), champion: off(this.errors.champion) };
  }

  /** The candidate's expected gain in log loss over the true probabilities. */
  trueGain(rows = 400_000): number {
    let gain = 0;
    for (let row = 0; row < rows; row++) {
      const { truth, candidate, champion } = this.row();
      truth.forEach((p, index) => (gain += p * Math.log(candidate[index]! / champion[index]!)));
    }
    return gain / rows;
  }

  /** One evaluation as the gate is given it. */
  context(rows: number, seed: number): GateContext {
    const outcomes = new Float64Array(rows);
    const candidateScores = new Float64Array(rows * CLASSES);
    const championScores = new Float64Array(rows * CLASSES);
    for (let row = 0; row < rows; row++) {
      const { truth, candidate, champion } = this.row();
      candidateScores.set(candidate, row * CLASSES);
      championScores.set(champion, row * CLASSES);
      let left = this.random();
      while (outcomes[row]! < CLASSES - 1 && (left -= truth[outcomes[row]!]!) > 0) outcomes[row]!++;
    }
    const version = { lineage: { schemaHash: schemaHash(schema) } };
    return {
      model: 'bench',
      definition: { name: 'bench', task: { kind: 'classification', classes: ['a', 'b', 'c'], ordered: true }, schema },
      config: {},
      candidate: version,
      champion: version,
      evaluation: { rows, outcomes, candidateScores, championScores, championRowsAsIs: rows },
      seed,
    } as unknown as GateContext;
  }
}

/** Share of simulated retrainings in which the `improvement` gate, mode superiority with its defaults, promotes. */
async function promotedShare(retrainings: Retrainings, rows: number, simulations: number): Promise<number> {
  const options = improvement.parseOptions({ mode: 'superiority' });
  let promoted = 0;
  for (let seed = 0; seed < simulations; seed++) {
    if ((await improvement.evaluate(retrainings.context(rows, seed), options)).accepted) promoted++;
  }
  return promoted / simulations;
}

export async function superiority(rows = 600, simulations = 1000): Promise<Part> {
  const equal = new Retrainings({ shared: 0.15, candidate: 0.15, champion: 0.15 }, 11);
  const better = new Retrainings({ shared: 0.15, candidate: 0, champion: 0.26 }, 13);
  const noisier = new Retrainings({ shared: 0.15, candidate: 0.15, champion: 0.3 }, 17);
  const unit = 'share promoted';
  const shares = {
    equal: await promotedShare(equal, rows, simulations),
    better: await promotedShare(better, rows, simulations),
    noisier: await promotedShare(noisier, rows, simulations),
  };
  return {
    name: 'superiority gate',
    assumptions: {
      rows,
      simulations,
      alpha: 0.05,
      classes: CLASSES,
      better: 'the candidate has the champion’s errors but for the staleness',
      noisier: 'both have errors of their own as well, which hides the gain',
    },
    figures: {
      true_gain_equal: equal.trueGain(),
      true_gain_better: better.trueGain(),
      true_gain_noisier: noisier.trueGain(),
      promoted_noisier: shares.noisier,
    },
    bars: [
      { name: 'equal candidate', value: shares.equal, unit, must: 'at most', limit: 0.05 },
      { name: `gain of 0.02 on ${rows} rows`, value: shares.better, unit, must: 'at least', limit: 0.6 },
    ],
  };
}

function softmax(logits: readonly number[]): number[] {
  const powers = logits.map(Math.exp);
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
