import { defineTrainer, type FitRequest, type Plugin } from '@retrain/core';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Fits that this process has done: what a stateless trainer must not look at. */
let fits = 0;
let hoard: Float64Array[] = [];

/** A trainer that calls itself stateless, and tells its process, its folder and which fit of its process it was. */
const trainer = (name: string, work: (request: FitRequest) => unknown, stateless = true) =>
  defineTrainer({
    name,
    description: 'Leaves something behind, whatever it says.',
    tasks: ['classification'],
    stateless,
    parseOptions: () => ({}),
    fit: async (request) => {
      const folder = tmpdir();
      const diagnostics = { pid: process.pid, folder, there: existsSync(folder), fit: ++fits };
      await work(request);
      return {
        artifact: Uint8Array.of(1),
        check: { rows: 0, scores: new Float64Array(0) },
        diagnostics,
      };
    },
  });

const take = (megabytes: number) => hoard.push(new Float64Array(megabytes * 131_072).fill(1));

/** Trainers that leave behind in their process whatever there is to leave. */
export const plugin: Plugin = {
  name: 'leaving',
  trainers: [
    trainer('tidy', () => undefined),
    trainer('unknown', () => undefined, false),
    trainer('slow', async ({ onProgress }) => {
      onProgress(process.pid / 1e9);
      await sleep(1500);
    }),
    trainer('hanging', async ({ onProgress }) => {
      onProgress(process.pid / 1e9);
      await sleep(60_000);
    }),
    trainer('leaving_timer', () => void setInterval(() => undefined, 1000)),
    trainer('leaving_program', () => spawn('sleep', ['60'], { stdio: 'ignore' }).unref()),
    trainer('leaving_listener', () => void process.on('SIGTERM', () => undefined)),
    trainer('leaving_global', () => Object.assign(globalThis, { left: 1 })),
    trainer('leaving_environment', () => (process.env.LEFT = 'behind')),
    trainer('leaving_folder', () => process.chdir('/')),
    trainer('leaving_memory', () => take(200)),
    trainer('leaving_a_little', () => take(40)),
    trainer('failing_later', () => {
      setTimeout(() => {
        throw new Error('too late');
      }, 500).unref();
    }),
    trainer('spoilt', () => {
      if (fits > 1) throw new Error('somebody was here before');
    }),
    trainer('spoilt_exiting', () => fits > 1 && process.exit(0)),
    trainer('spoilt_memory', () => {
      while (fits > 1) take(10);
    }),
    trainer('freeing', () => {
      take(300);
      hoard = [];
    }),
    trainer('failing', () => {
      process.stderr.write(`fit ${fits}\n`);
      process.exit(4);
    }),
  ],
};
