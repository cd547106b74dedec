import { defineGate, readOptions, refused } from '@retrain/core';

/** Accepts a candidate whose mean probability of every class is within `most_off` of how often the class was observed. */
const classShares = defineGate({
  name: 'class_shares',
  description: 'On average, each class is predicted about as often as it happens.',
  parseOptions: (raw) => readOptions(raw, { most_off: { kind: 'number', fallback: 0.1, least: 0, most: 1 } }),
  evaluate({ definition: { task }, evaluation }, { most_off }) {
    if (task.kind !== 'classification') return refused('not_a_classification', 'A number has no classes.');
    const { rows, outcomes, candidateScores } = evaluation;
    const off = task.classes.map((_, column) => {
      const expected = candidateScores.reduce((sum, p, at) => sum + (at % task.classes.length === column ? p : 0), 0);
      const observed = outcomes.filter((outcome) => outcome === column).length;
      return Math.abs(expected - observed) / rows;
    });
    const score = Math.max(...off);
    // Written so that NaN, which no rows or broken scores give, is not accepted.
    const accepted = score <= most_off;
    const worst = task.classes[off.indexOf(score)];
    return {
      ...{ accepted, score, threshold: most_off, n: rows },
      code: accepted ? 'shares_match' : 'shares_off',
      reason: `The share of "${worst}" is off by ${score.toFixed(3)} on ${rows} rows; allowed is ${most_off}.`,
      evidence: { off: Object.fromEntries(task.classes.map((name, column) => [name, off[column] ?? null])) },
    };
  },
});

/** @type {import('@retrain/core').Plugin} */
export const plugin = { name: 'class-shares', gates: [classShares] };
