import { OutcomeEvidence, pairedOutcome, rolloutDefaults, type OutcomeRules, type Task } from '@retrain/core';
import type { Part } from '../bar.js';
import { TwoForecasters, type ForecastErrors } from '../two-forecasters.js';

const names = ['a', 'b', 'c'];
const task: Task = { kind: 'classification', classes: names, ordered: true };
const limit = Math.log(1 / rolloutDefaults.alpha);
const harmLimit = Math.log(1 / rolloutDefaults.alphaHarm);

/** How many of many rollouts, looked at after every outcome, were ever promoted or rolled back. */
interface Ends {
  readonly promoted: number;
  readonly rolled_back: number;
  /** Outcomes to the promotion, of those promoted. */
  readonly median_outcomes?: number;
}

/** What becomes of a rollout at the first outcome after which something is decided, as the product decides it. */
function play(
  world: TwoForecasters,
  rules: OutcomeRules,
  outcomes: number,
): { ended?: 'promoted' | 'rolled_back'; n: number } {
  const evidence = new OutcomeEvidence(rules);
  for (let n = 1; n <= outcomes; n++) {
    const { champion, candidate, outcome } = world.outcome();
    evidence.add(pairedOutcome(task, rules, { champion, challenger: candidate, outcome: names[outcome]! })!);
    if (evidence.worse >= harmLimit) return { ended: 'rolled_back', n };
    if (evidence.better >= limit && n >= rolloutDefaults.minOutcomesPerStep) return { ended: 'promoted', n };
  }
  return { n: outcomes };
}

function simulate(
  errors: ForecastErrors,
  rules: OutcomeRules,
  outcomes: number,
  simulations: number,
  seed: number,
): Ends {
  const world = new TwoForecasters(errors, seed);
  const taken: number[] = [];
  let rolledBack = 0;
  for (let run = 0; run < simulations; run++) {
    const { ended, n } = play(world, rules, outcomes);
    if (ended === 'promoted') taken.push(n);
    if (ended === 'rolled_back') rolledBack++;
  }
  const median = taken.sort((a, b) => a - b)[taken.length >> 1];
  return {
    promoted: taken.length / simulations,
    rolled_back: rolledBack / simulations,
    ...(median === undefined ? {} : { median_outcomes: median }),
  };
}

/** Rollouts of challengers that are equal, worse by the margin, better and far worse, looked at after every outcome. */
export function simulations(outcomes = 2000, runs = 2000): Part {
  const equalErrors = { shared: 0.15, candidate: 0.15, champion: 0.15 };
  const betterErrors = { shared: 0.15, candidate: 0, champion: 0.26 };
  const worseErrors = { shared: 0.15, candidate: 0.26, champion: 0 };
  const margin = new TwoForecasters(betterErrors, 31).trueGain();
  const ends = {
    equal: simulate(equalErrors, rolloutDefaults, outcomes, runs, 1),
    worse_by_the_margin: simulate(worseErrors, { ...rolloutDefaults, margin }, outcomes, runs, 2),
    better: simulate(betterErrors, rolloutDefaults, outcomes, runs, 3),
    worse: simulate(worseErrors, rolloutDefaults, outcomes, runs, 4),
  };
  const { alpha, alphaHarm } = rolloutDefaults;
  const unit = 'share';
  return {
    name: `${runs} rollouts of ${outcomes} outcomes, looked at after every one`,
    assumptions: { outcomes, runs, alpha, alpha_harm: alphaHarm, margin_tested: margin },
    figures: { ...ends, true_gain_better: margin, true_gain_equal: new TwoForecasters(equalErrors, 31).trueGain() },
    bars: [
      { name: 'equal, promoted', value: ends.equal.promoted, unit, must: 'at most', limit: alpha },
      {
        name: 'worse by the margin, promoted',
        value: ends.worse_by_the_margin.promoted,
        unit,
        must: 'at most',
        limit: alpha,
      },
      { name: 'equal, rolled back', value: ends.equal.rolled_back, unit, must: 'at most', limit: alphaHarm },
      { name: `gain of 0.02, promoted`, value: ends.better.promoted, unit, must: 'at least', limit: 0.8 },
      { name: `loss of 0.02, rolled back`, value: ends.worse.rolled_back, unit, must: 'at least', limit: 0.8 },
    ],
  };
}
