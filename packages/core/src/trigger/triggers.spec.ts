import { closeChunk, foldRows, openWatch } from '../drift/drift-watch.js';
import { profileOf } from '../drift/profile.js';
import type { Evaluation, ModelVersion } from '../model/model-version.js';
import type { OutcomeValue, Task } from '../model/task.js';
import type { MaturedPrediction } from '../prediction/prediction.js';
import type { JsonObject } from '../shared/json.js';
import { seededRandom } from '../statistic/random.js';
import { aModelVersion } from '../testing/builders.js';
import { aTriggerContext } from '../testing/trigger-context.js';
import { dataDrift } from './drift.js';
import { performanceDegradation } from './performance.js';
import type { TriggerContext, TriggerDefinition } from './trigger-definition.js';

const schema = {
  features: [
    { name: 'gap', kind: 'numeric', drift: true },
    { name: 'month', kind: 'numeric', drift: false },
  ],
} as const;
const outcomes: Task = { kind: 'classification', classes: ['home', 'away'], ordered: true };

const champion = (evaluation?: Evaluation): ModelVersion => ({
  ...aModelVersion(),
  id: 'v1',
  version: 1,
  createdAt: new Date(0),
  evaluation,
});

function context(overrides: Partial<TriggerContext>): TriggerContext {
  return aTriggerContext({
    definition: { name: 'coin', task: outcomes, schema },
    champion: champion({ rows: 600, metrics: { accuracy: 0.6 } }),
    ...overrides,
  });
}

const check = (trigger: TriggerDefinition, given: Partial<TriggerContext>, options: JsonObject = {}) =>
  Promise.resolve(trigger.evaluate(context(given), trigger.parseOptions(options)));

const answer = (scores: readonly number[], outcome: OutcomeValue): MaturedPrediction => ({
  prediction: {
    id: 'p',
    seq: 1,
    model: 'coin',
    version: 1,
    arm: 'champion',
    scores,
    occurredAt: new Date(0),
    recordedAt: new Date(0),
  },
  outcome,
  observedAt: new Date(0),
});

/** `rows` answers at `confidence`, of which `right` come true, spread evenly. */
const answers = (rows: number, right: number, confidence: number) =>
  Array.from({ length: rows }, (_, row) => {
    const hit = Math.floor(((row + 1) * right) / rows) > Math.floor((row * right) / rows);
    return answer([confidence, 1 - confidence], hit ? 'home' : 'away');
  });

const judging = (matured: readonly MaturedPrediction[]): Partial<TriggerContext> => ({
  matured: () => Promise.resolve(matured),
  coverage: () => Promise.resolve({ predictions: matured.length * 2, matured: matured.length }),
});

describe('performance degradation', () => {
  it('is clear while the champion keeps its promise', async () => {
    const verdict = await check(performanceDegradation, judging(answers(400, 240, 0.6)));
    expect(verdict).toMatchObject({ verdict: 'clear', n: 400, threshold: 0.05 });
    expect(verdict.score).toBeCloseTo(0, 9);
    expect(verdict.evidence).toMatchObject({ coverage: 0.5, predictions: 800, matured: 400, fired: [] });
    expect(verdict.reason).toMatch(/Outcomes are known for 50.0 % of 800 predictions/);
  });

  it('fires when accuracy fell far and surely', async () => {
    const verdict = await check(performanceDegradation, judging(answers(400, 190, 0.6)), { calibration: 'off' });
    expect(verdict).toMatchObject({ verdict: 'fired', evidence: { fired: ['accuracy'] } });
    expect(verdict.score).toBeCloseTo(0.125, 9);
    expect(verdict.pValue).toBeLessThan(0.005);
  });

  it('does not fire for a drop that may be an accident, nor for a sure but small one', async () => {
    expect(await check(performanceDegradation, judging(answers(100, 54, 0.6)))).toMatchObject({ verdict: 'clear' });
    const sure = {
      ...judging(answers(9000, 5130, 0.58)),
      champion: champion({ rows: 9000, metrics: { accuracy: 0.6 } }),
    };
    expect(await check(performanceDegradation, sure, { calibration: 'off', window: 9000 })).toMatchObject({
      verdict: 'clear',
      pValue: expect.closeTo(0, 3),
    });
  });

  it('fires for confident nonsense although accuracy is unchanged', async () => {
    const verdict = await check(performanceDegradation, judging(answers(200, 120, 0.93)));
    expect(verdict).toMatchObject({ verdict: 'fired', evidence: { fired: ['calibration'] } });
    expect(verdict.reason).toMatch(/more confident than it is right/);
    expect(await check(performanceDegradation, judging(answers(200, 120, 0.93)), { calibration: 'off' })).toMatchObject(
      {
        verdict: 'clear',
      },
    );
    expect(await check(performanceDegradation, judging(answers(200, 120, 0.93)), { calibration: 'z' })).toMatchObject({
      verdict: 'fired',
    });
  });

  it('rarely cries wolf over a sound champion', async () => {
    const random = seededRandom(5);
    let fired = 0;
    for (let trial = 0; trial < 300; trial++) {
      const rows = Array.from({ length: 150 }, () => {
        const home = 0.15 + 0.7 * random();
        return answer([home, 1 - home], random() < home ? 'home' : 'away');
      });
      // Expected accuracy of these probabilities: 0.5 + the mean distance from one half, 0.175.
      const sound = { ...judging(rows), champion: champion({ rows: 100_000, metrics: { accuracy: 0.675 } }) };
      if ((await check(performanceDegradation, sound)).verdict === 'fired') fired++;
    }
    expect(fired).toBeLessThanOrEqual(8);
  });

  it('says insufficient below min_new_predictions, without a champion, and without anything to compare with', async () => {
    expect(await check(performanceDegradation, judging(answers(99, 0, 0.9)))).toMatchObject({
      verdict: 'insufficient_data',
      n: 99,
    });
    expect(await check(performanceDegradation, { champion: undefined })).toMatchObject({
      verdict: 'insufficient_data',
    });
    const unevaluated = { ...judging(answers(200, 120, 0.6)), champion: champion() };
    expect(await check(performanceDegradation, unevaluated, { calibration: 'off' })).toMatchObject({
      verdict: 'insufficient_data',
    });
  });

  it('counts answers that cannot be judged and judges the others', async () => {
    const broken = [answer([0.6, 0.4], 'abandoned'), answer([NaN, 1], 'home'), answer([0.6], 'home')];
    const verdict = await check(performanceDegradation, judging([...answers(200, 120, 0.6), ...broken]));
    expect(verdict).toMatchObject({ verdict: 'clear', n: 200, evidence: { unusable: 3 } });
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  it('of a regression is a rise of the mean absolute error', async () => {
    const definition = { name: 'price', task: { kind: 'regression' as const }, schema };
    const errors = (size: number) =>
      Array.from({ length: 200 }, (_, row) => answer([100 + (row % 2 ? size : -size) * (0.5 + (row % 5) / 4)], 100));
    const promised = champion({ rows: 500, metrics: { mae: 1, rmse: 1.1 } });
    expect(
      await check(performanceDegradation, { ...judging(errors(1)), definition, champion: promised }),
    ).toMatchObject({
      verdict: 'clear',
    });
    const worse = await check(performanceDegradation, { ...judging(errors(1.3)), definition, champion: promised });
    expect(worse).toMatchObject({ verdict: 'fired', evidence: { fired: ['mae'] } });
    expect(worse.score).toBeCloseTo(0.3, 9);
  });
});

describe('data drift', () => {
  const random = seededRandom(21);
  const rows = (count: number, shift = 0) =>
    Float32Array.from(Array.from({ length: count }, () => [random() + random() + shift, 5 + shift]).flat());
  const reference = profileOf(schema, rows(2000));
  /** A check that comes after a day and so many rows. */
  const answered = (count: number, shift?: number): Partial<TriggerContext> => {
    const key = { model: 'coin', version: 1, simulated: false };
    const watch = foldRows(openWatch(key, { seq: 0, at: new Date(0) }, reference), rows(count, shift));
    return {
      referenceProfile: () => reference,
      driftWatch: () => Promise.resolve(closeChunk(watch, new Date(86_400_000), 100)),
    };
  };

  it('is clear while the features look like the training data', async () => {
    expect(await check(dataDrift, answered(300))).toMatchObject({ verdict: 'clear', score: 0, n: 300, threshold: 0.1 });
  });

  it('fires when more features than the threshold allows have moved, and names them', async () => {
    const verdict = await check(dataDrift, answered(300, 0.5));
    expect(verdict).toMatchObject({ verdict: 'fired', score: 1, evidence: { judged: 1, drifted: 1 } });
    expect(verdict.reason).toMatch(/1 of 1 judged feature drifted; worst: gap/);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  it('says insufficient below min_new_predictions, without champion, profile or judgeable feature', async () => {
    for (const given of [
      answered(99, 0.5),
      { champion: undefined },
      {},
      { referenceProfile: () => reference },
      { ...answered(300), definition: { name: 'coin', task: outcomes, schema: { features: [schema.features[1]] } } },
    ]) {
      expect(await check(dataDrift, given)).toMatchObject({ verdict: 'insufficient_data' });
    }
  });

  it('takes another method and level', async () => {
    for (const numeric_method of ['psi', 'wasserstein', 'jensen_shannon', 'chi2', 'total_variation']) {
      const options = { numeric_method, level: 0.001 };
      expect(await check(dataDrift, answered(300, 0.5), options)).toMatchObject({ verdict: 'fired' });
      expect(await check(dataDrift, answered(300), options)).toMatchObject({ verdict: 'clear' });
    }
  });
});
