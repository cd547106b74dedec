import type { FittingJob, JsonObject, Recipe } from '@retrain/core';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { aFittingJob } from '../testing/a-fitting-job.js';
import { gone } from '../testing/gone.js';
import { syntheticDataset } from '../testing/synthetic-dataset.js';
import { ChildProcessFitting } from './child-process-fitting.js';
import { isAlive } from './is-alive.js';

const plugin = new URL('../testing/leaving-trainers.ts', import.meta.url).href;

/** Milliseconds per example: each starts processes, on machines that may be busy. */
const PATIENCE = 60_000;

/** A host whose idle processes wait as long as an example takes, unless it says otherwise. */
const host = (keepSeconds = 60) => new ChildProcessFitting({ modules: [plugin], keepSeconds });

const job = (use: string, over: Partial<FittingJob> = {}) => aFittingJob({ recipe: { use, with: {} }, ...over });

interface Told extends JsonObject {
  pid: number;
  folder: string;
  there: boolean;
  /** Which fit of its process it was. */
  fit: number;
}

async function fit(fitting: ChildProcessFitting, use: string, over: Partial<FittingJob> = {}): Promise<Told> {
  return (await fitting.fit(job(use, over))).diagnostics as Told;
}

describe('a fitting process', () => {
  it(
    'serves one fit after the other, each with a folder of its own that is gone afterwards',
    async () => {
      const fitting = host();
      const first = await fit(fitting, 'tidy');
      const second = await fit(fitting, 'tidy');
      expect(second).toMatchObject({ pid: first.pid, fit: 2, there: true });
      expect(first.there).toBe(true);
      expect(second.folder).not.toBe(first.folder);
      expect([first, second].map(({ folder }) => existsSync(folder))).toEqual([false, false]);
    },
    PATIENCE,
  );

  it(
    'serves fits side by side apart, and one of another memory limit or of a trainer that may keep state afresh',
    async () => {
      const fitting = host();
      const [one, other] = await Promise.all([fit(fitting, 'slow'), fit(fitting, 'slow')]);
      expect(one.pid).not.toBe(other.pid);
      const third = await fit(fitting, 'tidy');
      expect([one.pid, other.pid]).toContain(third.pid);
      expect(await fit(fitting, 'unknown')).toMatchObject({ fit: 1 });
      const narrow = await fit(fitting, 'tidy', { limits: { memoryMb: 400, timeoutSeconds: 30 } });
      expect(narrow.fit).toBe(1);
      // Two fits ran at once: with the narrow process there is room for one of the others.
      expect([one, other, narrow].filter(({ pid }) => isAlive(pid))).toHaveLength(2);
    },
    PATIENCE,
  );

  it.each([
    ['softmax_regression', {}],
    ['hist_gradient_boosting', { max_iterations: 30, row_share: 0.8, calibration: 'auto' }],
    ['mlp', { hidden: 8, epochs: 5 }],
    ['linear_regression', {}],
  ])(
    'makes the same model as a fresh one, bit for bit, after fits of every trainer: %s',
    async (use, options) => {
      const numbers = syntheticDataset({ rows: 300, features: 5, classes: 0, seed: 2, missing: 0.1 });
      const wanted: Partial<FittingJob> = {
        recipe: { use, with: options },
        ...(use === 'linear_regression' ? { dataset: numbers } : {}),
      };
      const fresh = await host().fit(job(use, wanted));
      const fitting = host();
      const { pid } = await fit(fitting, 'tidy');
      const recipes: Recipe[] = ['softmax_regression', 'hist_gradient_boosting', 'mlp'].map((name) => {
        return { use: name, with: {} };
      });
      for (const recipe of recipes) await fitting.fit(job('', { recipe, seed: 9 }));
      await fitting.fit(job('linear_regression', { dataset: numbers }));
      const used = await fitting.fit(job(use, wanted));
      expect(Buffer.from(used.artifact).equals(fresh.artifact)).toBe(true);
      expect(used).toEqual(fresh);
      expect(await fit(fitting, 'tidy')).toMatchObject({ pid });
    },
    PATIENCE,
  );

  it.each([
    'leaving_timer',
    'leaving_program',
    'leaving_listener',
    'leaving_global',
    'leaving_environment',
    'leaving_folder',
    'leaving_memory',
  ])(
    'ends after %s, with all that it started',
    async (use) => {
      const fitting = host();
      const { pid } = await fit(fitting, use);
      expect(await gone(-pid)).toBe(true);
      expect(await fit(fitting, 'tidy')).toMatchObject({ fit: 1 });
    },
    PATIENCE,
  );

  it(
    'ends once what its fits left adds up, and not for memory that is free again',
    async () => {
      const fitting = host();
      const { pid } = await fit(fitting, 'freeing');
      expect(await fit(fitting, 'leaving_a_little')).toMatchObject({ pid });
      let fits = 1;
      while (isAlive(pid)) fits = (await fit(fitting, 'leaving_a_little')).fit;
      expect(fits).toBeLessThan(6);
    },
    PATIENCE,
  );

  it(
    'ends when nobody needs it for a while, and with its host that it never keeps',
    async () => {
      const { pid } = await fit(host(0.2), 'tidy');
      expect(await gone(pid)).toBe(true);
      const script = fileURLToPath(new URL('../testing/fitting-host.ts', import.meta.url));
      const fromSource = new URL('../../../../scripts/typescript/register.mjs', import.meta.url).href;
      const recipe = JSON.stringify({ use: 'slow', with: {} });
      const flags = ['--conditions=@retrain/source', `--import=${fromSource}`];
      const short = spawn(process.execPath, [...flags, script, recipe, plugin], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(short.stdout, 'data')) as [Buffer];
      const idle = Number(line.toString());
      expect(isAlive(idle)).toBe(true);
      await once(short, 'exit');
      expect(await gone(idle)).toBe(true);
    },
    PATIENCE,
  );

  it(
    'that dies while it is idle is noticed, and costs no fit when it dies just then',
    async () => {
      const fitting = host();
      const first = await fit(fitting, 'tidy');
      process.kill(first.pid, 'SIGKILL');
      await gone(first.pid);
      await sleep(50);
      const second = await fit(fitting, 'tidy');
      expect(second.fit).toBe(1);
      process.kill(second.pid, 'SIGKILL');
      expect(await fit(fitting, 'tidy')).toMatchObject({ fit: 1 });
    },
    PATIENCE,
  );

  it.each(['spoilt', 'spoilt_exiting', 'spoilt_memory'])(
    'never fails a fit for what was there before: %s',
    async (use) => {
      const fitting = host();
      const { pid } = await fit(fitting, 'tidy');
      const again = await fit(fitting, use);
      expect(again.fit).toBe(1);
      expect(again.pid).not.toBe(pid);
      expect(await gone(pid)).toBe(true);
    },
    PATIENCE,
  );

  it(
    'never charges the next fit with an error that an earlier one raises late',
    async () => {
      const fitting = host();
      const { pid } = await fit(fitting, 'failing_later');
      expect(await fit(fitting, 'slow')).toMatchObject({ fit: 1 });
      expect(isAlive(pid)).toBe(false);
      const idle = await fit(fitting, 'failing_later');
      expect(await gone(idle.pid)).toBe(true);
      expect(await fit(fitting, 'tidy')).toMatchObject({ fit: 1 });
    },
    PATIENCE,
  );

  it(
    'fails a fit with the words of a fresh process',
    async () => {
      const fitting = host();
      await fit(fitting, 'tidy');
      await expect(fitting.fit(job('failing'))).rejects.toMatchObject({
        code: 'fitting_failed',
        message: expect.stringContaining('exit code 4: fit 1') as string,
      });
    },
    PATIENCE,
  );

  it(
    'is ended by abort and time-out as a fresh one is, and the fit is not done again',
    async () => {
      const fitting = host();
      for (const how of ['aborted', 'late']) {
        const { pid } = await fit(fitting, 'tidy');
        const controller = new AbortController();
        const reason = new Error('cancelled by a person');
        const told: number[] = [];
        const onProgress = (fraction: number) => {
          told.push(Math.round(fraction * 1e9));
          if (how === 'aborted') controller.abort(reason);
        };
        const limits = { memoryMb: 512, timeoutSeconds: how === 'late' ? 5 : 30 };
        const running = fitting.fit(job('hanging', { signal: controller.signal, onProgress, limits }));
        if (how === 'aborted') await expect(running).rejects.toBe(reason);
        else await expect(running).rejects.toMatchObject({ code: 'fitting_timed_out' });
        expect(told).toEqual([pid]);
        expect(await gone(pid)).toBe(true);
      }
    },
    PATIENCE,
  );
});
