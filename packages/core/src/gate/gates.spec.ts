import { aConfig, aModelVersion } from '../testing/builders.js';
import type { PairedEvaluation } from '../evaluation/paired-evaluation.js';
import { metricsOf } from '../metric/evaluate.js';
import { schemaHash } from '../model/feature-schema.js';
import type { ModelVersion } from '../model/model-version.js';
import type { Task } from '../model/task.js';
import type { JsonObject } from '../shared/json.js';
import { seededRandom } from '../statistic/random.js';
import type { GateContext, GateDefinition } from './gate-definition.js';
import { improvement } from './improvement.js';
import { judge } from './judge.js';
import { minimumScore } from './minimum-score.js';
import { parity } from './parity.js';

const schema = { features: [{ name: 'gap', kind: 'numeric', drift: true }] } as const;
const task: Task = { kind: 'classification', classes: ['home', 'away'], ordered: true };

const version = (number: number, schemaOf = schemaHash(schema)): ModelVersion => {
  const made = aModelVersion();
  return {
    ...made,
    id: `v${number}`,
    version: number,
    createdAt: new Date(0),
    lineage: { ...made.lineage, schemaHash: schemaOf },
  };
};

/** Scores of `rows` alternating outcomes: `right` of them at `confidence` in the outcome, spread evenly, the rest against it. */
function scoresOf(rows: number, right: number, confidence = 0.7, offset = 0): Float64Array {
  return Float64Array.from(
    Array.from({ length: rows }, (_, row) => {
      const turn = (row + offset) % rows;
      const hit = Math.floor(((turn + 1) * right) / rows) > Math.floor((turn * right) / rows);
      const first = hit === (row % 2 === 0) ? confidence : 1 - confidence;
      return [first, 1 - first];
    }).flat(),
  );
}

interface Given {
  readonly rows?: number;
  readonly candidate: Float64Array;
  readonly champion?: Float64Array;
  readonly context?: Partial<GateContext>;
  readonly evaluation?: Partial<PairedEvaluation>;
}

function context({ candidate, champion, context: more, evaluation, rows = candidate.length / 2 }: Given): GateContext {
  const outcomes = Float64Array.from({ length: rows }, (_, row) => row % 2);
  return {
    model: 'coin',
    definition: { name: 'coin', task, schema },
    config: aConfig(),
    candidate: version(2),
    ...(champion ? { champion: version(1) } : {}),
    evaluation: {
      rows,
      keys: Array.from({ length: rows }, (_, row) => `k${row}`),
      times: Float64Array.from({ length: rows }, (_, row) => row),
      outcomes,
      candidateScores: candidate,
      ...(champion
        ? { championScores: champion, champion: safeMetrics(champion, outcomes) }
        : { championAbsence: { kind: 'none' as const } }),
      candidate: safeMetrics(candidate, outcomes),
      championRowsAsIs: rows,
      blocks: [],
      ...evaluation,
    },
    parity: { rows: 1, trainer: Float64Array.of(0.5, 0.5), artifact: Float32Array.of(0.5, 0.5) },
    triggers: ['manual_trigger'],
    seed: 42,
    ...more,
  };
}

/** An evaluation may carry figures of scores that gates must still refuse. */
function safeMetrics(scores: Float64Array, outcomes: Float64Array) {
  return scores.every(Number.isFinite) && scores.length === outcomes.length * 2
    ? metricsOf(task, scores, outcomes)
    : {};
}

const run = (gate: GateDefinition, given: Given, options: JsonObject = {}) =>
  Promise.resolve(gate.evaluate(context(given), gate.parseOptions(options)));

describe('the improvement gate', () => {
  it.each([
    ['0.60 vs 0.55', 600, 550, 0.01, true, 'improves_enough'],
    ['0.52 vs 0.55', 520, 550, 0.01, false, 'improves_too_little'],
    ['0.581 vs 0.580 with 0.02 required', 581, 580, 0.02, false, 'improves_too_little'],
    ['0.57 vs 0.56, exactly what is required', 570, 560, 0.01, true, 'improves_enough'],
    ['0.569 vs 0.56', 569, 560, 0.01, false, 'improves_too_little'],
  ])('by points: %s', async (_, candidate, champion, required, accepted, code) => {
    const given = { candidate: scoresOf(1000, candidate), champion: scoresOf(1000, champion) };
    const verdict = await run(improvement, given, { required });
    expect(verdict).toMatchObject({ accepted, code, n: 1000, threshold: required });
    expect(verdict.score).toBeCloseTo((candidate - champion) / 1000, 9);
    expect(verdict.interval![0]).toBeLessThanOrEqual(verdict.score!);
    expect(verdict.interval![1]).toBeGreaterThanOrEqual(verdict.score!);
    expect(verdict.evidence).toHaveProperty('mcnemar_p_value');
    expect(verdict.reason).toMatch(/95 % interval/);
  });

  it('takes the required improvement from the configuration unless it is given one', async () => {
    const given = { candidate: scoresOf(1000, 560), champion: scoresOf(1000, 550) };
    expect(await run(improvement, given)).toMatchObject({ accepted: true, threshold: 0.01 });
  });

  it('by superiority: accepts what is clearly better, refuses an equal candidate', async () => {
    const better = { candidate: scoresOf(600, 420), champion: scoresOf(600, 360, 0.7, 3) };
    expect(await run(improvement, better, { mode: 'superiority' })).toMatchObject({ accepted: true, code: 'superior' });
    const equal = { candidate: scoresOf(600, 360), champion: scoresOf(600, 360) };
    expect(await run(improvement, equal, { mode: 'superiority' })).toMatchObject({
      accepted: false,
      code: 'not_superior',
      pValue: 1,
    });
  });

  it('by superiority: lets a candidate without any true gain pass in about one of twenty', async () => {
    const random = seededRandom(1);
    const options = improvement.parseOptions({ mode: 'superiority' });
    let promoted = 0;
    for (let trial = 0; trial < 200; trial++) {
      const coin = () =>
        Float64Array.from(Array.from({ length: 60 }, () => 0.3 + 0.4 * random()).flatMap((p) => [p, 1 - p]));
      const given = context({ candidate: coin(), champion: coin() });
      const outcomes = Float64Array.from({ length: 60 }, () => (random() < 0.5 ? 0 : 1));
      const verdict = await improvement.evaluate({ ...given, evaluation: { ...given.evaluation, outcomes } }, options);
      if (verdict.accepted) promoted++;
    }
    expect(promoted).toBeLessThanOrEqual(20);
  });

  it('by non-inferiority: accepts an equal candidate, refuses a worse one', async () => {
    const options = { mode: 'non_inferiority', delta: 0.02 };
    const equal = { candidate: scoresOf(600, 360), champion: scoresOf(600, 360) };
    expect(await run(improvement, equal, options)).toMatchObject({ accepted: true, code: 'not_inferior' });
    const worse = { candidate: scoresOf(600, 300), champion: scoresOf(600, 360) };
    expect(await run(improvement, worse, options)).toMatchObject({ accepted: false, code: 'inferior' });
  });

  it('accepts the first champion, because there is nothing to improve on', async () => {
    expect(await run(improvement, { candidate: scoresOf(100, 60) })).toMatchObject({
      accepted: true,
      code: 'no_champion',
    });
  });

  const good = scoresOf(100, 60);
  const nan = scoresOf(100, 60);
  nan[5] = NaN;
  it.each<[string, Given, string]>([
    [
      'an unreadable champion',
      {
        candidate: good,
        context: { champion: version(1) },
        evaluation: { championAbsence: { kind: 'unreadable', reason: 'corrupt file.' } },
      },
      'champion_unreadable',
    ],
    ['a champion without scores', { candidate: good, context: { champion: version(1) } }, 'champion_unreadable'],
    [
      'scores of no known absence',
      { candidate: good, evaluation: { championAbsence: undefined } },
      'champion_unreadable',
    ],
    ['a champion that scores NaN', { candidate: good, champion: nan }, 'champion_scores_invalid'],
    ['a candidate that scores NaN', { candidate: nan, champion: good }, 'candidate_scores_invalid'],
    ['no rows', { candidate: new Float64Array(0), champion: new Float64Array(0) }, 'too_few_rows'],
    ['29 rows', { candidate: scoresOf(29, 20), champion: scoresOf(29, 10) }, 'too_few_rows'],
    [
      'a class that was never observed',
      { candidate: good, champion: good, evaluation: { outcomes: new Float64Array(100) } },
      'missing_class',
    ],
    [
      'a candidate on other features',
      { candidate: good, champion: good, context: { candidate: version(2, 'other') } },
      'schema_changed',
    ],
    ['fewer scores than rows', { candidate: good.slice(2), rows: 100, champion: good }, 'candidate_scores_invalid'],
  ])('fails closed for %s', async (_, given, code) => {
    expect(await run(improvement, given)).toMatchObject({ accepted: false, code });
  });

  it('asks a regression for its metric', async () => {
    const definition = { name: 'price', task: { kind: 'regression' as const }, schema };
    const given = { candidate: good, champion: good, context: { definition } };
    expect(await run(improvement, given)).toMatchObject({ accepted: false, code: 'metric_required' });
  });
});

describe('the minimum-score gate', () => {
  it.each([
    [46, true, 'reaches_minimum'],
    [45, true, 'reaches_minimum'],
    [44, false, 'below_minimum'],
  ])('%i of 100 right against 0.45', async (right, accepted, code) => {
    expect(await run(minimumScore, { candidate: scoresOf(100, right) })).toMatchObject({
      accepted,
      code,
      threshold: 0.45,
    });
  });

  it('treats a threshold of log loss as a ceiling', async () => {
    const given = { candidate: scoresOf(100, 60) };
    const score = context(given).evaluation.candidate['log_loss']!;
    expect(await run(minimumScore, given, { metric: 'log_loss', threshold: score + 0.01 })).toMatchObject({
      accepted: true,
    });
    expect(await run(minimumScore, given, { metric: 'log_loss', threshold: score - 0.01 })).toMatchObject({
      accepted: false,
    });
  });

  it('wants a threshold for any metric but accuracy', () => {
    expect(() => minimumScore.parseOptions({ metric: 'log_loss' })).toThrow(
      expect.objectContaining({ code: 'invalid_options', issues: [expect.objectContaining({ path: 'threshold' })] }),
    );
  });

  it('fails closed without a figure, with too few rows, and for a regression without a metric', async () => {
    const given = { candidate: scoresOf(100, 60) };
    expect(await run(minimumScore, { ...given, evaluation: { candidate: {} } })).toMatchObject({
      code: 'score_missing',
    });
    expect(await run(minimumScore, { candidate: scoresOf(10, 9) })).toMatchObject({
      accepted: false,
      code: 'too_few_rows',
    });
    const definition = { name: 'price', task: { kind: 'regression' as const }, schema };
    expect(await run(minimumScore, { ...given, context: { definition } })).toMatchObject({ code: 'metric_required' });
  });

  it('judges a regression by the metric and threshold it is given', async () => {
    const values = Float64Array.from({ length: 50 }, (_, row) => row);
    const definition = { name: 'price', task: { kind: 'regression' as const }, schema };
    const given: Given = {
      candidate: values.map((value) => value + 1),
      rows: 50,
      context: { definition },
      evaluation: { outcomes: values, candidate: { mae: 1, rmse: 1 } },
    };
    expect(await run(minimumScore, given, { metric: 'mae', threshold: 1 })).toMatchObject({ accepted: true, score: 1 });
    expect(await run(minimumScore, given, { metric: 'mae', threshold: 0.9 })).toMatchObject({ accepted: false });
  });
});

describe('the parity gate', () => {
  const check = (trainer: number[], artifact: number[], rows = 1) =>
    run(parity, {
      candidate: scoresOf(100, 60),
      context: { parity: { rows, trainer: Float64Array.from(trainer), artifact: Float32Array.from(artifact) } },
    });

  it.each<[string, number[], number[], number, boolean, string]>([
    ['equal scores', [0.25, 0.75], [0.25, 0.75], 1, true, 'reproduced'],
    ['a difference of float32', [0.1, 0.9], [0.1, 0.9], 1, true, 'reproduced'],
    ['a difference of 2e-5', [0.25, 0.75], [0.25002, 0.74998], 1, false, 'not_reproduced'],
    ['no rows', [], [], 0, false, 'no_check_rows'],
    ['rows without scores', [], [], 3, false, 'scores_differ_in_number'],
    ['fewer scores than expected', [0.25, 0.75], [0.25], 1, false, 'scores_differ_in_number'],
    ['NaN on both sides', [NaN, 1], [NaN, 1], 1, false, 'scores_not_finite'],
  ])('%s', async (_, trainer, artifact, rows, accepted, code) => {
    expect(await check(trainer, artifact, rows)).toMatchObject({ accepted, code });
  });
});

describe('judging', () => {
  const accepting = { definition: minimumScore, options: minimumScore.parseOptions({}) };
  const failing: GateDefinition = {
    name: 'broken',
    description: 'throws',
    parseOptions: () => ({}),
    evaluate: () => {
      throw new Error('the disk is full');
    },
  };

  it('accepts when all gates do', async () => {
    const judgement = await judge(context({ candidate: scoresOf(100, 60) }), [accepting]);
    expect(judgement).toMatchObject({ accepted: true, hold: false, summary: 'Accepted by 1 gate.' });
  });

  it('refuses when a gate itself fails, and still asks the others', async () => {
    const judgement = await judge(context({ candidate: scoresOf(100, 60) }), [
      { definition: failing, options: {} },
      accepting,
    ]);
    expect(judgement.accepted).toBe(false);
    expect(judgement.verdicts).toMatchObject([
      { gate: 'broken', accepted: false, code: 'gate_error', reason: expect.stringContaining('the disk is full') },
      { gate: 'minimum_score', accepted: true },
    ]);
    expect(judgement.summary).toMatch(/^Refused by 1 of 2 gates\. broken \(gate_error\)/);
  });

  it('holds a candidate that beats the market: it may have seen the outcomes', async () => {
    const benchmark = scoresOf(100, 60, 0.6);
    const knowing = await judge(context({ candidate: scoresOf(100, 95, 0.8), evaluation: { benchmark } }), [accepting]);
    expect(knowing).toMatchObject({ accepted: true, hold: true, suspicion: { code: 'suspected_leak', n: 100 } });
    const modest = await judge(context({ candidate: scoresOf(100, 60, 0.6), evaluation: { benchmark } }), [accepting]);
    expect(modest.hold).toBe(false);
  });

  it('suspects nothing where too few rows carry a benchmark', async () => {
    const benchmark = new Float64Array(200).fill(NaN);
    benchmark.set(scoresOf(20, 10));
    expect((await judge(context({ candidate: scoresOf(100, 95), evaluation: { benchmark } }), [accepting])).hold).toBe(
      false,
    );
  });
});
