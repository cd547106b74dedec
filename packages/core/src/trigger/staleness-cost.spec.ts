import type { Evaluation } from '../model/model-version.js';
import type { Task } from '../model/task.js';
import type { MaturedPrediction } from '../prediction/prediction.js';
import type { JsonObject } from '../shared/json.js';
import { seededRandom } from '../statistic/random.js';
import { aConfig, aModelVersion, aPrediction } from '../testing/builders.js';
import { aTriggerContext } from '../testing/trigger-context.js';
import { stalenessCost } from './staleness-cost.js';

const task: Task = { kind: 'classification', classes: ['heads', 'tails'], ordered: false };
/** Log loss and its benchmark's for probabilities of 0.8 that are right in 8 of 10. */
const logLoss = -0.8 * Math.log(0.8) - 0.2 * Math.log(0.2);
const evaluation: Evaluation = { rows: 2000, metrics: { log_loss: logLoss } };

/** Answers that state 0.8 for a class that is right with probability `truth`; the benchmark, if any, knows the truth. */
function answers(rows: number, truth: number, seed = 1, benchmark?: number): MaturedPrediction[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, index) => ({
    prediction: { ...aPrediction({ scores: [0.8, 0.2] }), seq: index + 1, recordedAt: new Date(0) },
    outcome: random() < truth ? 'heads' : 'tails',
    observedAt: new Date(0),
    ...(benchmark === undefined ? {} : { benchmark: [benchmark, 1 - benchmark] }),
  }));
}

function judge(
  matured: readonly MaturedPrediction[],
  options: JsonObject,
  {
    baseline = evaluation,
    retrainedSeq = 0,
    open = 0,
  }: { baseline?: Evaluation; retrainedSeq?: number; open?: number } = {},
) {
  const context = aTriggerContext({
    definition: { name: 'coin', task, schema: { features: [] } },
    champion: { ...aModelVersion(), id: 'v1', version: 1, createdAt: new Date(0), evaluation: baseline },
    config: aConfig(),
    retrainedSeq,
    matured: () => Promise.resolve(matured),
    coverage: () => Promise.resolve({ predictions: matured.length + open, matured: matured.length }),
  });
  return stalenessCost.evaluate(context, stalenessCost.parseOptions({ price: 1, run_cost: 20, ...options }));
}

describe('the cost of staleness', () => {
  it('adds up until a run is worth its cost', async () => {
    const rows = answers(2000, 0.65);
    const [few, half, all] = [
      await judge(rows.slice(0, 150), {}),
      await judge(rows.slice(0, 400), {}),
      await judge(rows, {}),
    ];
    expect([few.verdict, all.verdict]).toEqual(['clear', 'fired']);
    expect(few.score).toBeLessThan(half.score!);
    expect(half.score).toBeLessThan(all.score!);
    // 0.15 more misses, each ln 4 nats dearer than a hit: 0.208 nats a row.
    expect(all.evidence['estimated_cost']).toBeGreaterThan(2000 * 0.17);
    expect(all.score).toBeLessThan(all.evidence['estimated_cost'] as number);
    expect(all.reason).toMatch(/staleness has cost .* of the 20 that a run costs/);
  });

  it('is in proportion to the price, and waits the longer the dearer a run', async () => {
    const rows = answers(1000, 0.65);
    const { score } = await judge(rows, {});
    expect((await judge(rows, { price: 0.25 })).score).toBeCloseTo(score! / 4, 9);
    expect((await judge(rows, { run_cost: score! * 1.01 })).verdict).toBe('clear');
    expect((await judge(rows, { run_cost: score! })).verdict).toBe('fired');
  });

  it('of a sound model does not add up by chance, however cheap a run and however often one looks', async () => {
    let fired = 0;
    const histories = 60;
    for (let seed = 0; seed < histories; seed++) {
      const rows = answers(1500, 0.8, seed);
      for (let n = 100; n <= rows.length; n += 140) {
        const { verdict } = await judge(rows.slice(0, n), { run_cost: 1e-6 });
        if (verdict !== 'fired') continue;
        fired++;
        break;
      }
    }
    expect(fired / histories).toBeLessThanOrEqual(0.05);
  });

  it('is measured against the benchmark where there is one: a hard season costs nothing', async () => {
    const beside = { ...evaluation, benchmark: { rows: 2000, excess: 0, deviation: 0.3 } };
    const hard = answers(2000, 0.65, 1, 0.8);
    expect(await judge(hard, {}, { baseline: beside })).toMatchObject({ verdict: 'clear', score: 0 });
    const foreseen = answers(2000, 0.65, 1, 0.65);
    const told = await judge(foreseen, {}, { baseline: beside });
    expect(told).toMatchObject({ verdict: 'fired', evidence: { against: 'benchmark' } });
  });

  it('begins anew with a run, and counts answers whose outcome is open', async () => {
    const rows = answers(1000, 0.65);
    expect(await judge(rows, {}, { retrainedSeq: 950 })).toMatchObject({ verdict: 'insufficient_data', n: 50 });
    const closed = await judge(rows, {});
    const half = await judge(rows, {}, { open: 1000 });
    expect(half.score).toBeCloseTo(2 * closed.score!, 9);
  });

  it('cannot be told without an evaluation', async () => {
    const told = await judge(answers(500, 0.65), {}, { baseline: { rows: 0, metrics: {} } });
    expect(told).toMatchObject({ verdict: 'insufficient_data' });
  });

  it.each<JsonObject>([{ price: 0 }, { run_cost: -1 }, { price: NaN }, { alpha: 1 }])('refuses %j', (wrong) => {
    expect(() => stalenessCost.parseOptions({ price: 1, run_cost: 1, ...wrong })).toThrow(/Options|options/);
  });
});
