import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { System } from './system.js';

const root = join(import.meta.dirname, '../..');
const python = join(root, 'node_modules/.cache/python-trainer/bin/python');
const program = join(root, 'examples/python-trainer/train.py');
const bikes = join(root, 'examples/bike-rental/plugin.js');
const bad = join(root, 'packages/ml/src/testing/programs.mjs');
const FIT_MB = 900;

/** The installation with this recipe for classes; a fit may take `seconds`. */
const config = (recipe: readonly string[], seconds = 120) => `
plugins: ['${bikes}']
training_data_path: quickstart:bike-rental
min_days_between_retraining: 0
enable_automatic_deployment: true
evaluation: { min_rows: 200, blocks: 2 }
resources: { memory_mb: ${FIT_MB}, timeout_seconds: ${seconds} }
models:
  bike-demand:
    model_path: models/bike-demand.onnx
    trainers: [{ use: command, with: { command: ${JSON.stringify(recipe)}, hyper: { max_iter: 30 } } }]
    gates: [minimum_score, parity]
  bike-rides:
    model_path: models/bike-rides.onnx
    trainers: [{ use: command, with: { command: ${JSON.stringify([python, program])} } }]
    triggers: [performance_degradation]
    gates: [{ use: minimum_score, with: { metric: r2, threshold: 0.3 } }, parity]
`;

/** Ways to go wrong, and what the failed run says. */
const misfortunes = [
  ['ends with 1', ['exit', '1'], 120, 'fitting_failed', 'exit code 1'],
  ['writes garbage', ['garbage'], 120, 'invalid_artifact', 'not an ONNX model'],
  ['hangs', ['hang'], 2, 'fitting_timed_out', 'longer than 2 s'],
  ['fills 4 GB', ['hoard'], 120, 'fitting_out_of_memory', `more than ${FIT_MB} MB`],
] as const;

(existsSync(python) ? describe : describe.skip)('a program in Python as the trainer (needs scikit-learn)', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start({ config: config([python, program]) });
    await system.ready();
  }, 120_000);

  afterAll(() => system?.stop(), 60_000);

  const ask = (model: string) => {
    const input = { date: '2024-07-01', temperature: 28, rain_mm: 0 };
    return system.post<{ predictions: readonly { model_version: number; predicted: string | number }[] }>(
      `/models/${model}/predictions`,
      { instances: [{ input }] },
    );
  };

  const force = async () => {
    const { body } = await system.post<{ run_id: string }>('/retraining/trigger?model=bike-demand', {
      reason: 'spec',
      force: true,
    });
    return system.settled(body.run_id, 90);
  };

  it('is trained, judged, promoted and served: classes and numbers', async () => {
    for (const model of ['bike-demand', 'bike-rides']) {
      await system.eventually(`${model} to answer`, async () => (await ask(model)).status === 200, 90);
    }
    expect((await ask('bike-demand')).body.predictions).toMatchObject([{ model_version: 1, predicted: 'busy' }]);
    expect(Number((await ask('bike-rides')).body.predictions[0]!.predicted)).toBeGreaterThan(80);
    await system.idle();
    const again = await force();
    expect(again).toMatchObject({ status: 'deployed', candidate_version: 2 });
    expect(JSON.stringify(again.result)).toContain('parity');
  }, 120_000);

  it('gives the same bits when its run is done again', async () => {
    for (const model of ['bike-demand', 'bike-rides']) {
      const { body } = await system.get<{ items: readonly { id: string }[] }>(`/retraining/runs?model=${model}`);
      const { code, answer } = await system.reproduce(body.items[0]!.id);
      expect(answer!.compared.filter(({ same }) => !same)).toEqual([]);
      expect([answer!.identical, code]).toEqual([true, 0]);
    }
  }, 120_000);

  it.each(misfortunes)(
    'ends in a clear failed run when the program %s',
    async (_, name, seconds, code, message) => {
      const recipe = [process.execPath, bad, ...name];
      writeFileSync(join(system.home, 'config/retraining_config.yaml'), config(recipe, seconds));
      await system.eventually('the new configuration', async () => {
        const { body } = await system.get('/retraining/config?model=bike-demand');
        return JSON.stringify(body).includes(JSON.stringify(recipe));
      });
      const run = await force();
      expect(run).toMatchObject({
        status: 'failed',
        failure: { code, message: expect.stringContaining(message) as string },
      });
      expect((await ask('bike-demand')).body.predictions).toMatchObject([{ model_version: 2 }]);
    },
    120_000,
  );
});
