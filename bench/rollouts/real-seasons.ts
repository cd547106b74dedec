import {
  judgeRollout,
  nextStep,
  pairedOutcome,
  rolloutDefaults,
  type Dataset,
  type RolloutJudgement,
  type RolloutPair,
  type RolloutPlan,
  type StepProgress,
} from '@retrain/core';
import type { Part } from '../bar.js';
import { walkSeasons, type Season } from './seasons.js';

/** Nats that a challenger may be worse, of 0.97. */
const MARGIN = 0.01;
const DAY_MS = 86_400_000;
const plan: RolloutPlan = { ...rolloutDefaults, strategy: 'canary', deadlineDays: 365 };

/** What became of a challenger in the course of a season, and after how many outcomes. */
interface End {
  readonly year: number;
  readonly ended: RolloutJudgement['verdict'];
  readonly outcomes: number;
}

/** A canary through a season: judged after every match, as the product judges it. */
function canary({ year, dataset }: Season, champion: Float32Array, challenger: Float32Array, given: RolloutPlan): End {
  const startedAt = new Date(dataset.times[0]! - DAY_MS);
  const quiet = { requests: 0, errors: 0 };
  const pairs: RolloutPair[] = [];
  let step: StepProgress = { index: 0, since: startedAt, outcomes: 0 };
  for (let row = 0; row < dataset.rows; row++) {
    const asOf = new Date(dataset.times[row]! + DAY_MS);
    pairs.push(pairOf(dataset, champion, challenger, row, given));
    step = { ...step, outcomes: step.outcomes + 1 };
    const evidence = { startedAt, asOf, pairs, champion: quiet, challenger: quiet, splits: [], step };
    const { verdict } = judgeRollout(evidence, given);
    if (verdict !== 'continue') return { year, ended: verdict, outcomes: row + 1 };
    const index = nextStep(given, step, verdict, asOf);
    if (index !== step.index) step = { index, since: asOf, outcomes: 0 };
  }
  return { year, ended: 'continue', outcomes: dataset.rows };
}

function pairOf(
  { task, outcomes, times }: Dataset,
  champion: Float32Array,
  challenger: Float32Array,
  row: number,
  given: RolloutPlan,
): RolloutPair {
  if (task.kind !== 'classification') throw new Error('Matches have classes.');
  const width = task.classes.length;
  const of = (scores: Float32Array) => Array.from(scores.subarray(row * width, (row + 1) * width));
  const outcome = task.classes[outcomes[row]!]!;
  const pair = pairedOutcome(task, given, { champion: of(champion), challenger: of(challenger), outcome })!;
  return { ...pair, observedAt: new Date(times[row]!) };
}

/** Challengers in canary through every season of real matches, each fitted on the seasons before. */
export async function realSeasons(path: string, from = 2006, until = 2025): Promise<Part> {
  const tolerant = { ...plan, margin: MARGIN };
  const ends = { swapped: [] as End[], better: [] as End[], proven: [] as End[] };
  const differences: number[] = [];
  for await (const season of walkSeasons(path, from, until)) {
    const { withOdds, without, swapped } = season;
    ends.swapped.push(canary(season, withOdds, swapped, plan));
    ends.better.push(canary(season, without, withOdds, tolerant));
    ends.proven.push(canary(season, without, withOdds, plan));
    for (let row = 0; row < season.dataset.rows; row++) {
      differences.push(pairOf(season.dataset, without, withOdds, row, plan).difference);
    }
  }
  const share = (given: readonly End[], verdict: End['ended']) =>
    given.filter(({ ended }) => ended === verdict).length / given.length;
  const rolledBackAfter = ends.swapped.map(({ ended, outcomes }) => (ended === 'roll_back' ? outcomes : Infinity));
  return {
    name: `canaries through ${ends.swapped.length} seasons of real matches`,
    assumptions: {
      fitted: 'before each season, on all that came before',
      swapped: 'the champion with the two sides of every request mixed up',
      better: `odds in requests and past matches against none; promoted when not worse by ${MARGIN}`,
      proven: 'the same, promoted when better (margin 0)',
      alpha: plan.alpha,
      alpha_harm: plan.alphaHarm,
    },
    figures: {
      seasons: ends,
      better_gain_per_outcome: meanOf(differences),
      better_deviation_per_outcome: deviationOf(differences),
      promoted_as_proven_better: share(ends.proven, 'promote'),
      promoted_median_outcomes: medianOf(ends.better.map(({ outcomes }) => outcomes)),
      better_rolled_back: share(ends.better, 'roll_back'),
    },
    bars: [
      {
        name: 'swapped, rolled back after',
        value: medianOf(rolledBackAfter),
        unit: 'outcomes',
        must: 'at most',
        limit: 20,
      },
      {
        name: 'better, promoted within its season',
        value: share(ends.better, 'promote'),
        unit: 'share',
        must: 'at least',
        limit: 0.75,
      },
      {
        name: 'better, rolled back',
        value: share(ends.better, 'roll_back'),
        unit: 'share',
        must: 'at most',
        limit: 0.05,
      },
    ],
  };
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
