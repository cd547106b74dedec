import { syntheticDataset } from '../../testing/synthetic-dataset.js';
import { logProbabilities, probabilitiesOf } from '../probabilities.js';
import { calibrate } from './calibrate.js';
import { fitCalibration } from './fit-calibration.js';

const dataset = syntheticDataset({ rows: 4000, features: 3, classes: 3, seed: 21 });

/** Scores of the process that made the outcomes are unknown here; these are drawn so that outcomes follow them exactly. */
function truthful(rows: number): { scores: Float64Array; outcomes: Float64Array } {
  const source = syntheticDataset({ rows, features: 3, classes: 0, seed: 5 });
  const scores = Float64Array.from(source.features, (value, index) => value / 10 ** ((index % 3) - 1) - (index % 3));
  const outcomes = source.outcomes.map((_, row) => {
    const shares = probabilitiesOf(scores.subarray(row * 3, row * 3 + 3), 3);
    const draw = (row * 0.6180339887498949) % 1;
    return draw < shares[0]! ? 0 : draw < shares[0]! + shares[1]! ? 1 : 2;
  });
  return { scores, outcomes };
}

const { scores, outcomes } = truthful(dataset.rows);
const judged = { ...dataset, outcomes };
const scoring = (distort: (score: number, index: number) => number) => async () => (rows: typeof judged) => {
  const from = rows.outcomes.byteOffset / 8 - outcomes.byteOffset / 8;
  return scores.slice(from * 3, (from + rows.rows) * 3).map(distort);
};

describe('calibration', () => {
  it('finds the temperature that scores were sharpened by', async () => {
    const sharp = scores.map((score) => score * 2);
    const found = await fitCalibration(
      { logProbabilities: logProbabilities(sharp, 3), outcomes, classes: 3 },
      'temperature',
    );
    expect(found!.slopes[0]).toBeGreaterThan(0.45);
    expect(found!.slopes[0]).toBeLessThan(0.55);
    expect([...found!.offsets]).toEqual([0, 0, 0]);
  });

  it('is kept where it helps: overconfident scores get a temperature', async () => {
    const fit = scoring((score) => score * 2);
    const { calibration, diagnostics } = await calibrate({ dataset: judged, classes: 3, choice: 'temperature', fit });
    expect(calibration!.slopes[0]).toBeCloseTo(0.5, 1);
    expect(diagnostics).toMatchObject({ calibration: { kept: 'temperature', rows: 2000 } });
  });

  it('moves classes one by one where that helps more', async () => {
    const fit = scoring((score, index) => score * 1.5 + (index % 3));
    const { diagnostics } = await calibrate({ dataset: judged, classes: 3, choice: 'auto', fit });
    expect(diagnostics).toMatchObject({ calibration: { kept: 'vector' } });
  });

  it('is left out where probabilities are right already', async () => {
    const { calibration, diagnostics } = await calibrate({
      dataset: judged,
      classes: 3,
      choice: 'auto',
      fit: scoring((score) => score),
    });
    expect(calibration).toBeUndefined();
    expect(diagnostics).toMatchObject({ calibration: { kept: 'none' } });
  });

  it('is fitted on rows that come after all that their model has seen', async () => {
    const seen: [number, number][] = [];
    await calibrate({
      dataset: judged,
      classes: 3,
      choice: 'temperature',
      fit: async (rows) => (unseen) => {
        seen.push([rows.times.at(-1)!, unseen.times[0]!]);
        return new Float64Array(unseen.rows * 3);
      },
    });
    expect(seen).toHaveLength(5);
    expect(seen.every(([last, first]) => last < first)).toBe(true);
  });

  it('is not tried on too few rows', async () => {
    const few = syntheticDataset({ rows: 400, features: 3, classes: 3, seed: 21 });
    const { calibration, diagnostics } = await calibrate({
      dataset: few,
      classes: 3,
      choice: 'auto',
      fit: async () => (rows) => new Float64Array(rows.rows * 3),
    });
    expect(calibration).toBeUndefined();
    expect(diagnostics).toEqual({ calibration: { kept: 'none', reason: '200 rows in 5 folds are too few' } });
  });
});
