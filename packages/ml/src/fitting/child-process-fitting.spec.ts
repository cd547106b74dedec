import type { Dataset, FittingJob } from '@retrain/core';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { softmaxRegression } from '../trainer/softmax-regression.js';
import { aFittingJob } from '../testing/a-fitting-job.js';
import { gone } from '../testing/gone.js';
import { ChildProcessFitting } from './child-process-fitting.js';
import { isAlive } from './is-alive.js';

const plugin = new URL('../testing/difficult-trainers.ts', import.meta.url).href;
const fitting = new ChildProcessFitting({ modules: [plugin] });
const { dataset } = aFittingJob();

/** Milliseconds per example: each starts processes, on machines that may be busy. */
const PATIENCE = 60_000;

const using = (use: string): Partial<FittingJob> => ({ recipe: { use, with: {} } });

/** The process id that the trainer `stuck` tells as its progress. */
function pidFrom(fit: (onProgress: (fraction: number) => void) => void): Promise<number> {
  return new Promise((resolve) => fit((fraction) => fraction < 1 && resolve(Math.round(fraction * 1e9))));
}

describe('ChildProcessFitting', () => {
  it(
    'fits the same model as here, bit for bit, and tells its progress',
    async () => {
      const progress: number[] = [];
      const there = await fitting.fit(aFittingJob({ onProgress: (fraction) => progress.push(fraction) }));
      const here = await softmaxRegression.fit({
        ...aFittingJob(),
        options: softmaxRegression.parseOptions({}),
        onProgress: () => undefined,
      });
      expect(Buffer.from(there.artifact).equals(here.artifact)).toBe(true);
      expect(there.check.rows).toBe(here.check.rows);
      expect(Array.from(there.check.scores)).toEqual(Array.from(here.check.scores));
      expect(there.diagnostics).toEqual(here.diagnostics);
      expect(progress.at(-1)).toBe(1);
      expect(progress.length).toBeGreaterThan(2);
    },
    PATIENCE,
  );

  it(
    'hands the model on that a warm start begins from',
    async () => {
      const recipe = { use: 'softmax_regression', with: { warm_start: true } };
      const { artifact: initial } = await fitting.fit(aFittingJob({ recipe }));
      const { diagnostics } = await fitting.fit(aFittingJob({ recipe, initial }));
      expect(diagnostics).toMatchObject({ warm_start: { used: true }, converged: true });
    },
    PATIENCE,
  );

  it(
    'hands every number, key and missing value over as it is, also of a slice',
    async () => {
      const part: Dataset = {
        ...dataset,
        rows: 2,
        features: dataset.features.subarray(5, 15).with(3, NaN),
        outcomes: dataset.outcomes.subarray(1, 3),
        times: dataset.times.subarray(1, 3),
        keys: ['ключ', 'key'],
        benchmark: Float64Array.of(0.1, 0.2, 0.7, NaN, NaN, NaN),
      };
      const { diagnostics } = await fitting.fit(aFittingJob({ ...using('echo'), dataset: part }));
      expect(diagnostics).toEqual({
        types: ['Float32Array', 'Float64Array', 'Float64Array', 'Float64Array'],
        features: Array.from(part.features, String),
        outcomes: Array.from(part.outcomes, String),
        times: Array.from(part.times, String),
        benchmark: Array.from(part.benchmark!, String),
        keys: part.keys,
        seed: 1,
        lineage: { run: 'run-1' },
      });
    },
    PATIENCE,
  );

  it(
    'keeps secrets of the environment to itself',
    async () => {
      process.env.RETRAIN_TEST_SECRET = 'hidden';
      const { diagnostics } = await fitting.fit(aFittingJob(using('environment')));
      delete process.env.RETRAIN_TEST_SECRET;
      expect(diagnostics.names).toContain('PATH');
      expect(diagnostics.names).not.toContain('RETRAIN_TEST_SECRET');
    },
    PATIENCE,
  );

  it(
    'refuses unknown trainers, wrong options and wrong tasks before it starts a process',
    async () => {
      await expect(fitting.fit(aFittingJob(using('softmax_regresion')))).rejects.toMatchObject({
        code: 'unknown_trainer',
        message: expect.stringContaining('Did you mean "softmax_regression"?') as string,
      });
      const recipe = { use: 'softmax_regression', with: { l2: -1 } };
      await expect(fitting.fit(aFittingJob({ recipe }))).rejects.toMatchObject({
        code: 'invalid_trainer_options',
        issues: [{ path: 'l2', given: -1 }],
      });
      await expect(fitting.fit(aFittingJob(using('linear_regression')))).rejects.toMatchObject({
        code: 'invalid_trainer_options',
      });
    },
    PATIENCE,
  );

  it(
    'says which plug-in module cannot be had',
    async () => {
      const absent = new ChildProcessFitting({ modules: ['/nowhere/plugin.js'] });
      await expect(absent.fit(aFittingJob())).rejects.toMatchObject({
        code: 'fitting_failed',
        message: expect.stringContaining('/nowhere/plugin.js cannot be imported') as string,
      });
    },
    PATIENCE,
  );

  it(
    'passes on what a trainer refuses, with its details',
    async () => {
      const outcomes = new Float64Array(dataset.rows);
      await expect(fitting.fit(aFittingJob({ dataset: { ...dataset, outcomes } }))).rejects.toMatchObject({
        name: 'DomainError',
        kind: 'unprocessable',
        code: 'insufficient_data',
      });
      await expect(fitting.fit(aFittingJob(using('picky')))).rejects.toMatchObject({
        kind: 'conflict',
        code: 'too_windy',
        issues: [{ path: 'wind', message: 'blows' }],
        details: { until: 'tomorrow' },
      });
    },
    PATIENCE,
  );

  it.each([
    ['throws', 'throwing', 'the trainer stumbled'],
    ['returns no artifact', 'empty_handed', 'trainer empty_handed returned no artifact'],
    ['returns too few scores', 'miscounting', 'not 2 rows x 3'],
    ['returns what cannot be sent', 'secretive', 'could not be cloned'],
    ['exits', 'exiting', 'exit code 3: last words'],
    ['is killed', 'killed', 'SIGKILL'],
    ['rejects elsewhere', 'rejecting', 'lost promise'],
  ])(
    'fails with the reason when the trainer %s',
    async (_, use, reason) => {
      await expect(fitting.fit(aFittingJob(using(use)))).rejects.toMatchObject({
        code: 'fitting_failed',
        message: expect.stringContaining(reason) as string,
      });
    },
    PATIENCE,
  );

  it.each([
    ['V8 objects', 'hoarding'],
    ['typed arrays', 'hoarding_arrays'],
  ])(
    'fails alone when the fit fills its memory with %s',
    async (_, use) => {
      const limits = { memoryMb: 150, timeoutSeconds: 30 };
      await expect(fitting.fit(aFittingJob({ ...using(use), limits }))).rejects.toMatchObject({
        code: 'fitting_out_of_memory',
      });
    },
    PATIENCE,
  );

  it(
    'ends a fit that takes too long, also one that never looks up',
    async () => {
      const limits = { memoryMb: 512, timeoutSeconds: 10 };
      let running: Promise<unknown> | undefined;
      const pid = await pidFrom((onProgress) => {
        running = fitting.fit(aFittingJob({ ...using('stuck'), limits, onProgress }));
        running.catch(() => undefined);
      });
      expect(isAlive(pid)).toBe(true);
      await expect(running).rejects.toMatchObject({ code: 'fitting_timed_out' });
      expect(await gone(pid)).toBe(true);
    },
    PATIENCE,
  );

  it(
    'ends a fit that is aborted, with the reason, also one that ignores SIGTERM, and all that it started',
    async () => {
      const controller = new AbortController();
      const reason = new Error('cancelled by a person');
      let running: Promise<unknown> | undefined;
      const grandchild = await pidFrom((onProgress) => {
        running = fitting.fit(aFittingJob({ ...using('stubborn'), signal: controller.signal, onProgress }));
        running.catch(() => undefined);
      });
      expect(isAlive(grandchild)).toBe(true);
      controller.abort(reason);
      await expect(running).rejects.toBe(reason);
      expect(await gone(grandchild)).toBe(true);
    },
    PATIENCE,
  );

  it(
    'starts nothing when it is aborted already',
    async () => {
      const reason = new Error('too late');
      await expect(fitting.fit(aFittingJob({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    },
    PATIENCE,
  );

  it(
    'leaves no process behind when its host is killed',
    async () => {
      const host = fileURLToPath(new URL('../testing/fitting-host.ts', import.meta.url));
      const fromSource = new URL('../../../../scripts/typescript/register.mjs', import.meta.url).href;
      const flags = ['--conditions=@retrain/source', `--import=${fromSource}`];
      const process = spawn(
        globalThis.process.execPath,
        [...flags, host, JSON.stringify(using('stuck').recipe), plugin],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const [line] = (await once(process.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      expect(isAlive(pid)).toBe(true);
      process.kill('SIGKILL');
      expect(await gone(pid)).toBe(true);
    },
    PATIENCE,
  );
});
