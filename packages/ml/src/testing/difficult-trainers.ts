import { DomainError, defineTrainer, type FitRequest, type FittedModel, type Plugin } from '@retrain/core';
import { spawn } from 'node:child_process';

type Fit = (request: FitRequest) => Promise<FittedModel> | FittedModel;

const trainer = (name: string, fit: Fit) =>
  defineTrainer({
    name,
    description: 'Behaves in one difficult way.',
    tasks: ['classification'],
    parseOptions: () => ({}),
    fit: async (request) => fit(request),
  });

const fitted = (diagnostics: FittedModel['diagnostics']): FittedModel => ({
  artifact: Uint8Array.of(1),
  check: { rows: 0, scores: new Float64Array(0) },
  diagnostics,
});

/** Never lets go of the event loop. */
function spin(): never {
  for (;;) Math.sqrt(2);
}

/** Progress messages carry a process id to the spec. */
const tell = (request: FitRequest, pid: number) => request.onProgress(pid / 1e9);

const nextTurn = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Trainers that misbehave in every way a fitting process has to survive. */
export const plugin: Plugin = {
  name: 'difficult',
  trainers: [
    trainer('echo', ({ dataset, seed, lineage }) => {
      const { features, outcomes, times, benchmark, keys } = dataset;
      const arrays = [features, outcomes, times, benchmark!];
      const [f, o, t, b] = arrays.map((array) => Array.from(array, String));
      const types = arrays.map((array) => array.constructor.name);
      return fitted({ types, features: f!, outcomes: o!, times: t!, benchmark: b!, keys, seed, lineage });
    }),
    trainer('environment', () => fitted({ names: Object.keys(process.env) })),
    trainer('picky', () => {
      const issues = [{ path: 'wind', message: 'blows' }];
      throw new DomainError('conflict', 'too_windy', 'Too windy.', issues, { until: 'tomorrow' });
    }),
    trainer('throwing', () => {
      throw new Error('the trainer stumbled');
    }),
    trainer('empty_handed', () => ({ ...fitted({}), artifact: new Uint8Array(0) })),
    trainer('miscounting', () => ({ ...fitted({}), check: { rows: 2, scores: new Float64Array(5) } })),
    trainer('secretive', () => fitted({ inner: (() => 1) as never })),
    trainer('exiting', () => {
      process.stderr.write('first words\nlast words\n');
      process.exit(3);
    }),
    trainer('killed', () => {
      process.kill(process.pid, 'SIGKILL');
      spin();
    }),
    trainer('rejecting', async () => {
      void Promise.reject(new Error('lost promise'));
      await nextTurn(10_000);
      return fitted({});
    }),
    trainer('hoarding', () => {
      const hoard: number[][] = [];
      for (;;) hoard.push(Array.from({ length: 1000 }, (_, index) => index + hoard.length + 0.5));
    }),
    trainer('hoarding_arrays', () => {
      const hoard: Float64Array[] = [];
      for (;;) hoard.push(new Float64Array(100_000).fill(hoard.length));
    }),
    trainer('stuck', async (request) => {
      tell(request, process.pid);
      await nextTurn(50);
      spin();
    }),
    trainer('stubborn', async (request) => {
      process.on('SIGTERM', () => undefined);
      tell(request, spawn('sleep', ['60'], { stdio: 'ignore' }).pid!);
      await nextTurn(60_000);
      return fitted({});
    }),
  ],
};
