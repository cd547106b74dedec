import {
  slice,
  type Dataset,
  type FitRequest,
  type JsonObject,
  type Task,
  type TrainerDefinition,
} from '@retrain/core';
import { createHash } from 'node:crypto';
import { ChildProcessFitting } from '../fitting/child-process-fitting.js';
import { OnnxScorerLoader } from '../scoring/onnx-scorer-loader.js';
import { syntheticDataset } from './synthetic-dataset.js';

export interface TrainerUnderTest {
  readonly trainer: TrainerDefinition;
  /** Options that make a fit of a thousand rows take well below a second. */
  readonly quick: JsonObject;
}

export function request(
  trainer: TrainerDefinition,
  dataset: Dataset,
  given: JsonObject = {},
  over: Partial<FitRequest> = {},
): FitRequest {
  const signal = new AbortController().signal;
  const options = trainer.parseOptions(given);
  return { dataset, options, seed: 1, lineage: { run: 'run-1' }, signal, onProgress: () => undefined, ...over };
}

/** Scores of all rows by the artifact in ONNX Runtime, as they are served. */
export async function served(artifact: Uint8Array, dataset: Dataset): Promise<Float32Array> {
  const inputs = dataset.schema.features.length;
  const classification = dataset.task.kind === 'classification';
  const outputs = dataset.task.kind === 'classification' ? dataset.task.classes.length : 1;
  const scorer = await new OnnxScorerLoader().load(artifact, { inputs, outputs, probabilities: classification });
  try {
    return await scorer.score(dataset.features, dataset.rows);
  } finally {
    await scorer.release();
  }
}

/** Largest difference of two lists of scores, relative beyond 1. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).reduce((most, value, index) => {
    const gap = Math.abs(value - b[index]!) / Math.max(1, Math.abs(b[index]!));
    return gap <= most ? most : gap;
  }, 0);
}

/** Mean log loss of probabilities, or mean squared error of values. */
export function lossOf(scores: ArrayLike<number>, { task, outcomes, rows }: Dataset): number {
  const classes = task.kind === 'classification' ? task.classes.length : 1;
  return outcomes.reduce((sum, outcome, row) => {
    if (task.kind === 'regression') return sum + (scores[row]! - outcome) ** 2 / rows;
    return sum - Math.log(scores[row * classes + outcome]!) / rows;
  }, 0);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A number per dataset, so that examples differ. */
const shapes = { two: 2, three: 3, value: 0 } as const;

function dataOf(kind: keyof typeof shapes, rows = 900): Dataset {
  return syntheticDataset({ rows, features: 6, classes: shapes[kind], seed: 12, missing: 0.15 });
}

/** What every trainer has to keep, whatever its method. */
export function describeTrainer({ trainer, quick }: TrainerUnderTest): void {
  const kinds = (['two', 'three', 'value'] as const).filter((kind) =>
    trainer.tasks.includes(shapes[kind] > 0 ? 'classification' : 'regression'),
  );
  const fit = (dataset: Dataset, over: Partial<FitRequest> = {}, more: JsonObject = {}) =>
    trainer.fit(request(trainer, dataset, { ...quick, ...more }, over));

  describe(`${trainer.name}, as every trainer`, () => {
    it.each(kinds)('is reproduced by its artifact, missing values and all (%s)', async (kind) => {
      const dataset = dataOf(kind);
      const { artifact, check } = await fit(dataset);
      expect(check.rows).toBe(900);
      expect(largestDifference(await served(artifact, dataset), check.scores)).toBeLessThanOrEqual(1e-5);
    });

    it.each(kinds)('learns: better than the same answer for every row (%s)', async (kind) => {
      const dataset = dataOf(kind, 2000);
      const [known, unseen] = [slice(dataset, 0, 1500), slice(dataset, 1500, 2000)];
      const { artifact } = await fit(known);
      const blind = { ...known, features: new Float32Array(known.features.length) };
      const constant = await fit(blind);
      const uninformed = await served(constant.artifact, {
        ...unseen,
        features: new Float32Array(unseen.features.length),
      });
      expect(lossOf(await served(artifact, unseen), unseen)).toBeLessThan(0.95 * lossOf(uninformed, unseen));
    });

    it.each(kinds)('answers none, one and a thousand rows, and one of which nothing is known (%s)', async (kind) => {
      const { artifact } = await fit(dataOf(kind));
      const many = dataOf(kind, 1000);
      const outputs = Math.max(1, shapes[kind]);
      for (const rows of [0, 1, 1000])
        expect(await served(artifact, slice(many, 0, rows))).toHaveLength(rows * outputs);
      const unknown = { ...slice(many, 0, 1), features: new Float32Array(6).fill(NaN) };
      const answer = await served(artifact, unknown);
      expect(answer.every(Number.isFinite)).toBe(true);
      if (shapes[kind] > 0) expect(answer.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    });

    it.each(kinds)(
      'gives the same bytes for the same request, in another process too (%s)',
      async (kind) => {
        const dataset = dataOf(kind, 400);
        const first = await fit(dataset);
        expect(sha256((await fit(dataset)).artifact)).toBe(sha256(first.artifact));
        if (kind !== kinds.at(-1)) return;
        const elsewhere = await new ChildProcessFitting().fit({
          recipe: { use: trainer.name, with: quick },
          dataset,
          seed: 1,
          lineage: { run: 'run-1' },
          limits: { memoryMb: 1024, timeoutSeconds: 60 },
          signal: new AbortController().signal,
        });
        expect(sha256(elsewhere.artifact)).toBe(sha256(first.artifact));
        expect(elsewhere.check.scores).toEqual(first.check.scores);
      },
      60_000,
    );

    it('tells its progress, never falling, up to 1', async () => {
      const progress: number[] = [];
      await fit(dataOf(kinds[0]!), { onProgress: (fraction) => progress.push(fraction) });
      expect(progress.at(-1)).toBe(1);
      expect(progress).toEqual(progress.toSorted((a, b) => a - b));
      expect(progress.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
    });

    it('does nothing when it is aborted already, and ends with the reason', async () => {
      const reason = new Error('cancelled by a person');
      await expect(fit(dataOf(kinds[0]!), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });

    it.each(kinds)(
      'does without features that say nothing: constant ones and those never observed (%s)',
      async (kind) => {
        const dataset = dataOf(kind);
        dataset.features.forEach((_, index) => {
          if (index % 6 === 1) dataset.features[index] = 0.1;
          if (index % 6 === 2) dataset.features[index] = NaN;
        });
        const { artifact, check } = await fit(dataset);
        const moved = Float32Array.from(dataset.features, (value, index) => ([1, 2].includes(index % 6) ? 99 : value));
        expect(largestDifference(await served(artifact, { ...dataset, features: moved }), check.scores)).toBeLessThan(
          1e-5,
        );
      },
    );

    it.each(kinds)('answers the mean or the shares when no feature says anything (%s)', async (kind) => {
      const dataset = dataOf(kind);
      dataset.features.fill(1);
      const { artifact } = await fit(dataset);
      const answer = await served(artifact, slice(dataset, 0, 1));
      const mean = dataset.outcomes.reduce((sum, outcome) => sum + outcome / dataset.rows, 0);
      if (kind === 'value') expect(answer[0]).toBeCloseTo(mean, 2);
      else expect(answer[0]).toBeCloseTo(dataset.outcomes.filter((outcome) => outcome === 0).length / 900, 2);
    });

    it('refuses outcomes that are none, infinite features, too few rows and the wrong task', async () => {
      const dataset = dataOf(kinds[0]!);
      const refusal = (code: string) => expect.objectContaining({ name: 'DomainError', code }) as Error;
      const nan = { ...dataset, outcomes: dataset.outcomes.with(3, NaN) };
      await expect(fit(nan)).rejects.toEqual(refusal('invalid_outcome'));
      const infinite = { ...dataset, features: dataset.features.with(5, Infinity) };
      await expect(fit(infinite)).rejects.toEqual(refusal('infinite_feature'));
      for (const rows of [0, 1])
        await expect(fit(slice(dataset, 0, rows))).rejects.toEqual(refusal('insufficient_data'));
      if (trainer.tasks.length === 2) return;
      const other: Task = {
        kind: trainer.tasks[0] === 'regression' ? 'classification' : 'regression',
        classes: ['a', 'b'],
        ordered: false,
      };
      await expect(fit({ ...dataset, task: other })).rejects.toEqual(refusal('unsupported_task'));
    });

    if (trainer.tasks.includes('classification')) {
      it('refuses data in which only one class happens', async () => {
        const dataset = dataOf('two');
        dataset.outcomes.fill(1);
        await expect(fit(dataset)).rejects.toMatchObject({
          code: 'insufficient_data',
          message: expect.stringContaining('class_0') as string,
        });
      });

      it.each(['two', 'three'] as const)('is reproduced by its artifact with a calibration too (%s)', async (kind) => {
        const dataset = dataOf(kind);
        const { artifact, check, diagnostics } = await fit(dataset, {}, { calibration: 'auto' });
        expect(diagnostics).toHaveProperty('calibration.tried');
        expect(largestDifference(await served(artifact, dataset), check.scores)).toBeLessThanOrEqual(1e-5);
      });
    }
  });
}
