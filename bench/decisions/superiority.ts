import { improvement, schemaHash, type GateContext } from '@retrain/core';
import type { Part } from '../bar.js';
import { schemaOf } from './monitored-model.js';
import { CLASSES, TwoForecasters } from '../two-forecasters.js';

const schema = schemaOf(1);

/** Evaluations of two versions as the gate is given them. */
class Retrainings extends TwoForecasters {
  /** One evaluation as the gate is given it. */
  context(rows: number, seed: number): GateContext {
    const outcomes = new Float64Array(rows);
    const candidateScores = new Float64Array(rows * CLASSES);
    const championScores = new Float64Array(rows * CLASSES);
    for (let row = 0; row < rows; row++) {
      const { candidate, champion, outcome } = this.outcome();
      candidateScores.set(candidate, row * CLASSES);
      championScores.set(champion, row * CLASSES);
      outcomes[row] = outcome;
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
