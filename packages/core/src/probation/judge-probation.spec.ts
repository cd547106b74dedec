import type { Task } from '../model/task.js';
import type { MaturedRows } from '../prediction/matured-rows.js';
import { pairedOutcome } from '../rollout/paired-outcome.js';
import { rolloutDefaults } from '../rollout/rollout-plan.js';
import { seededRandom, type Random } from '../statistic/random.js';
import { judgeProbation, type ProbationEvidence } from './judge-probation.js';

const coin: Task = { kind: 'classification', classes: ['heads', 'tails'], ordered: false };
const number: Task = { kind: 'regression' };
const rules = { outcomes: 100, days: 30, alpha: 0.01 };
const limits = { benchmarkMargin: 0.03, errorRise: 0.05, guards: rolloutDefaults.guards };
const startedAt = new Date('2026-03-01T00:00:00Z');
const asOf = new Date('2026-03-02T00:00:00Z');

interface Tossing {
  readonly rows: number;
  /** What each says of heads, given the truth. */
  readonly says: (truth: number) => number;
  readonly before?: (truth: number) => number;
  readonly benchmark?: (truth: number) => number;
}

/** Tosses of coins with probabilities 0.2 to 0.8. */
function tossed({ rows, says, before, benchmark }: Tossing, random: Random): ProbationEvidence {
  const scores: number[] = [];
  const outside: number[] = [];
  const outcomes: number[] = [];
  const pairs = [];
  for (let row = 0; row < rows; row++) {
    const truth = 0.2 + 0.6 * random();
    const tails = random() < truth ? 0 : 1;
    const both = (p: number) => [p, 1 - p];
    scores.push(...both(says(truth)));
    outside.push(...(benchmark ? both(benchmark(truth)) : [NaN, NaN]));
    outcomes.push(tails);
    const outcome = tails ? 'tails' : 'heads';
    const given = before && { champion: both(before(truth)), challenger: both(says(truth)), outcome };
    const pair = given && pairedOutcome(coin, {}, given);
    if (pair) pairs.push({ ...pair, observedAt: asOf });
  }
  return { ...given(coin, scores, outcomes, outside), ...(before ? { pairs } : {}) };
}

function given(task: Task, scores: number[], outcomes: number[], outside: number[] = []): ProbationEvidence {
  const rows: MaturedRows = {
    rows: outcomes.length,
    scores: Float64Array.from(scores),
    outcomes: Float64Array.from(outcomes),
    benchmark: Float64Array.from(outside),
    unusable: 0,
  };
  return { startedAt, asOf, task, rows };
}

const right = (truth: number) => truth;
const wrong = (truth: number) => 1 - truth;
const judge = (evidence: ProbationEvidence) => judgeProbation(evidence, rules, limits);

describe('judging a champion on probation', () => {
  it('takes back one that is worse than the champion before it', () => {
    const judged = judge(tossed({ rows: 90, says: wrong, before: right }, seededRandom(1)));
    expect(judged).toMatchObject({ status: 'rolled_back', evidence: { worse_than_before: { alarm: true } } });
    expect(judged.reason).toContain('worse than the champion before');
  });

  it('takes back one whose own probabilities are refuted, where nothing can be paired', () => {
    const surer = (truth: number) => truth ** 6 / (truth ** 6 + (1 - truth) ** 6);
    const judged = judge(tossed({ rows: 90, says: surer }, seededRandom(2)));
    expect(judged).toMatchObject({ status: 'rolled_back', evidence: { calibration: { alarm: true } } });
  });

  it('takes back one that falls behind the benchmark', () => {
    const evaluation = { rows: 500, metrics: {}, benchmark: { rows: 500, excess: 0, deviation: 0.1 } };
    const evidence = { ...tossed({ rows: 90, says: wrong, benchmark: right }, seededRandom(3)), evaluation };
    expect(judge(evidence).evidence).toMatchObject({ benchmark: { alarm: true } });
    expect(judge(evidence).status).toBe('rolled_back');
  });

  it('does not go back to one that would do even worse: then the world has changed', () => {
    const lately = (truth: number) => 0.5 + (0.5 - truth) * 0.9;
    const absurd = (truth: number) => (truth < 0.5 ? 0.98 : 0.02);
    const evidence = tossed({ rows: 99, says: lately, before: absurd }, seededRandom(4));
    expect(judge(evidence)).toMatchObject({ status: 'watching', evidence: { better_than_before: true } });
  });

  it('takes back one that fails or is slow, without a single outcome, and nobody for what failed before too', () => {
    const silent = tossed({ rows: 0, says: right }, seededRandom(6));
    const before = { requests: 1000, errors: 10, latency: { answers: 990, p95: 2 } };
    const failing = { ...silent, before, serving: { requests: 20, errors: 20 } };
    expect(judge(failing)).toMatchObject({ status: 'rolled_back', evidence: { errors: { alarm: true } } });
    const slow = { ...silent, before, serving: { ...before, latency: { answers: 990, p95: 20 } } };
    expect(judge(slow)).toMatchObject({ status: 'rolled_back', evidence: { latency: { alarm: true } } });
    expect(judge({ ...silent, before, serving: before }).status).toBe('watching');
  });

  it('passes a sound one after its outcomes and not before', () => {
    expect(judge(tossed({ rows: 99, says: right, before: right }, seededRandom(5))).status).toBe('watching');
    expect(judge(tossed({ rows: 100, says: right, before: right }, seededRandom(5))).status).toBe('passed');
  });

  it('never calls silence sound', () => {
    const silent = tossed({ rows: 0, says: right, before: right }, seededRandom(6));
    expect(judge(silent)).toMatchObject({ status: 'watching', reason: 'Not enough evidence: no outcome yet.' });
    const over = { ...silent, asOf: new Date('2026-03-31T00:00:00Z') };
    expect(judge(over)).toMatchObject({ status: 'undecided' });
  });

  it('of a regression is paired too, or else held to its own evaluation', () => {
    const random = seededRandom(7);
    const truth = Array.from({ length: 60 }, () => 10 * random());
    const off = truth.map((value) => value + 3 * (random() - 0.5) + 2);
    const pairs = truth.map((outcome, row) => {
      const both = { champion: [outcome + (random() - 0.5)], challenger: [off[row]!], outcome };
      return { ...pairedOutcome(number, { scale: 1 }, both)!, observedAt: asOf };
    });
    const paired = { ...given(number, off, truth), pairs, scale: 1 };
    expect(judge(paired)).toMatchObject({ status: 'rolled_back', evidence: { worse_than_before: { alarm: true } } });
    const evaluation = { rows: 400, metrics: { mae: 0.8, rmse: 1 } };
    expect(judge({ ...given(number, off, truth), evaluation }).evidence).toMatchObject({ error: { alarm: true } });
  });

  it('of 300 sound champions, looked at after every outcome, takes hardly any back', () => {
    let takenBack = 0;
    for (let run = 0; run < 300; run++) {
      const whole = tossed({ rows: 60, says: right, before: (truth) => 0.9 * truth + 0.05 }, seededRandom(100 + run));
      for (let n = 5; n <= 60; n += 5) {
        const rows = {
          ...whole.rows,
          rows: n,
          scores: whole.rows.scores.subarray(0, 2 * n),
          outcomes: whole.rows.outcomes.subarray(0, n),
          benchmark: whole.rows.benchmark.subarray(0, 2 * n),
        };
        const evidence = { ...whole, rows, pairs: whole.pairs!.slice(0, n) };
        if (judge(evidence).status !== 'rolled_back') continue;
        takenBack++;
        break;
      }
    }
    expect(takenBack).toBeLessThanOrEqual(3);
  });
});
