import type { FittingJob } from '@retrain/core';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildProcessFitting } from '../fitting/child-process-fitting.js';
import { isAlive } from '../fitting/is-alive.js';
import { readLineage } from '../onnx/inspect-artifact.js';
import { gone } from '../testing/gone.js';
import { aFittingJob } from '../testing/a-fitting-job.js';
import { syntheticDataset } from '../testing/synthetic-dataset.js';
import { softmaxRegression } from '../trainer/softmax-regression.js';
import { commandTrainer } from './command-trainer.js';
import { locateCommand } from './command-options.js';

const programs = fileURLToPath(new URL('../testing/programs.mjs', import.meta.url));
const dataset = syntheticDataset({ rows: 120, features: 3, classes: 3, seed: 1, missing: 0.1 });
const fitting = new ChildProcessFitting();

/** Milliseconds per example: each starts processes, on machines that may be busy. */
const PATIENCE = 60_000;

function job(program: readonly string[], over: Partial<FittingJob> = {}): FittingJob {
  const options = { command: [process.execPath, programs, ...program], hyper: { depth: 3 } };
  return aFittingJob({ recipe: { use: 'command', with: options }, dataset, seed: 7, ...over });
}

/** Starts a fit and waits for the process id that its program tells as progress. */
async function started(program: string, over: Partial<FittingJob> = {}) {
  let running: Promise<unknown> | undefined;
  const pid = await new Promise<number>((resolve, reject) => {
    running = fitting.fit(job([program], { ...over, onProgress: (told) => resolve(Math.round(told * 1e9)) }));
    running.catch(reject);
  });
  return { pid, running: running! };
}

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`retrain-fit-${process.pid}-`));

describe('the trainer command', () => {
  let folder: string;
  let model: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'retrain-spec-'));
    model = join(folder, 'model.onnx');
    const options = softmaxRegression.parseOptions({});
    const signal = new AbortController().signal;
    const fitted = await softmaxRegression.fit({ ...job([]), dataset, options, signal, onProgress: () => undefined });
    writeFileSync(model, fitted.artifact);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it(
    'takes over what the program made, with its lineage, progress and words, and leaves nothing behind',
    async () => {
      process.env.RETRAIN_TEST_SECRET = 'hidden';
      const told: number[] = [];
      const fitted = await fitting.fit(job(['good', model], { onProgress: (fraction) => told.push(fraction) }));
      delete process.env.RETRAIN_TEST_SECRET;
      expect(readLineage(fitted.artifact)).toMatchObject({ run: 'run-1', trainer: 'command', seed: '7', rows: '120' });
      expect(fitted.check.rows).toBe(120);
      expect(fitted.check.scores[0]).toBeCloseTo(1 / 3);
      expect(told).toEqual([0.5]);
      const { log, reported } = fitted.diagnostics as { log: string[]; reported: { environment: string[] } };
      expect(log).toEqual(['half of it', 'from its folder']);
      expect(reported.environment).toEqual(expect.arrayContaining(['PATH', 'OMP_NUM_THREADS']));
      expect(reported.environment).not.toContain('RETRAIN_TEST_SECRET');
      expect(folders()).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'gives the program the champion when its recipe asks for it',
    async () => {
      const initial = readFileSync(model);
      const recipe = (warm: boolean) => {
        const command = [process.execPath, programs, 'good', 'in/init.onnx'];
        return { use: 'command', with: { command, ...(warm ? { warm_start: true } : {}) } };
      };
      // The program hands back what it was given to begin from, for want of a model of its own.
      const warm = await fitting.fit(job([], { recipe: recipe(true), initial }));
      expect(warm.check.rows).toBe(120);
      await expect(fitting.fit(job([], { recipe: recipe(false), initial }))).rejects.toMatchObject({
        message: expect.stringContaining('init.onnx') as string,
      });
    },
    PATIENCE,
  );

  it.each([
    ['writes nothing', ['silent'], 'fitting_failed', 'wrote no out/model.onnx'],
    ['writes garbage', ['garbage'], 'invalid_artifact', 'not an ONNX model'],
    ['writes other scores', ['unscored'], 'fitting_failed', '120 rows of 3 finite numbers'],
    ['writes no mapping as its result', ['boasting'], 'fitting_failed', 'out/result.json is not a JSON object'],
    ['ends with 1', ['exit', '1'], 'fitting_failed', 'exit code 1: line one\nno such column: rain'],
    ['refuses the job', ['exit', '2'], 'fitting_failed', 'refuses the job'],
    ['has too little data', ['exit', '3'], 'insufficient_data', 'too little data'],
    ['cannot fit now', ['exit', '75'], 'fitting_unavailable', 'cannot fit now'],
    ['fills 4 GB', ['hoard'], 'fitting_out_of_memory', 'more than 512 MB'],
  ])(
    'says so when the program %s',
    async (_, program, code, message) => {
      await expect(fitting.fit(job(program))).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message) as string,
        retryable: code === 'fitting_unavailable',
      });
      expect(folders()).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'says which program cannot be started',
    async () => {
      const recipe = { use: 'command', with: { command: ['./no-such-program'] } };
      await expect(fitting.fit(job([], { recipe }))).rejects.toMatchObject({
        code: 'fitting_failed',
        message: expect.stringContaining('no-such-program cannot be started') as string,
      });
    },
    PATIENCE,
  );

  it.each(['hang', 'stubborn', 'parent'])(
    'ends a program that takes too long, and all that it started: %s',
    async (program) => {
      // Long enough for the program to have told its process id, on a busy machine too.
      const { pid, running } = await started(program, { limits: { memoryMb: 512, timeoutSeconds: 10 } });
      expect(isAlive(pid)).toBe(true);
      await expect(running).rejects.toMatchObject({ code: 'fitting_timed_out' });
      expect(await gone(pid)).toBe(true);
      expect(folders()).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'fails when somebody kills the program',
    async () => {
      const { pid, running } = await started('hang');
      process.kill(pid, 'SIGKILL');
      await expect(running).rejects.toMatchObject({
        code: 'fitting_failed',
        message: expect.stringContaining('SIGKILL') as string,
      });
    },
    PATIENCE,
  );

  it(
    'leaves no program behind when its host is killed',
    async () => {
      const host = fileURLToPath(new URL('../testing/fitting-host.ts', import.meta.url));
      const fromSource = new URL('../../../../scripts/typescript/register.mjs', import.meta.url).href;
      const flags = ['--conditions=@retrain/source', `--import=${fromSource}`];
      const { recipe } = job(['parent']);
      const child = spawn(process.execPath, [...flags, host, JSON.stringify(recipe)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      expect(isAlive(pid)).toBe(true);
      child.kill('SIGKILL');
      expect(await gone(pid)).toBe(true);
    },
    PATIENCE,
  );

  it('finds paths of the project, and leaves everything else as it is', () => {
    const command = ['python3', './train.py', '../lib/x', '-v', '.hidden', '/usr/bin/env'];
    expect(locateCommand(command, '/project')).toEqual([
      ...['python3', '/project/train.py', '/lib/x', '-v', '.hidden', '/usr/bin/env'],
    ]);
  });

  it('tells every wrong option', () => {
    const raw = { command: ['python3', ''], hyper: 3, shell: true };
    expect(() => commandTrainer.parseOptions(raw)).toThrow(
      expect.objectContaining({
        code: 'invalid_trainer_options',
        issues: ['shell', 'command', 'hyper'].map((path) => expect.objectContaining({ path }) as object),
      }),
    );
    expect(() => commandTrainer.parseOptions({})).toThrow('Options of command');
    expect(() => commandTrainer.parseOptions({ command: 'python3 train.py' })).toThrow('Options of command');
  });
});
