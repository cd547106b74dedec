import { join } from 'node:path';
import { mlPlugin } from '@retrain/ml';
import { System, type Reproduction } from './system.js';

const root = join(import.meta.dirname, '../..');

/** A program that fits what stands in its folder, run from source. */
const program = [
  process.execPath,
  ...['--import', join(root, 'scripts/typescript/register.mjs'), '--conditions=@retrain/source'],
  ...[join(root, 'packages/ml/src/testing/programs.mjs'), 'fit'],
];

/** Every trainer that comes along for such a task. */
const trainers = (task: 'classification' | 'regression') =>
  mlPlugin.trainers!.filter(({ tasks }) => tasks.includes(task)).map(({ name }) => name);

const recipe = (use: string) => (use === 'command' ? { use, with: { command: program } } : { use });

/** Trainers that can begin from the champion and correct their own probabilities. */
const warm = ['softmax_regression', 'hist_gradient_boosting', 'mlp'];

const config = `
plugins: ['${join(root, 'examples/bike-rental/plugin.js')}']
evaluation: { min_rows: 200, blocks: 1 }
training_data_path: quickstart:bike-rental
min_days_between_retraining: 0
min_validation_accuracy: 0
gates: [parity]
models:
  matches:
    definition: premier-league
    training_data_path: quickstart:premier-league
    training_data_until: 2016-08-01
    model_path: models/matches.onnx
    trainers: ${JSON.stringify(trainers('classification').map(recipe))}
  rides:
    definition: bike-rides
    model_path: models/rides.onnx
    triggers: [time_based]
    trainers: ${JSON.stringify(trainers('regression').map(recipe))}
${warm.map((use) => `  warm-${use}: { definition: bike-demand, model_path: models/${use}.onnx, trainers: [{ use: ${use}, with: { calibration: auto, warm_start: true } }] }`).join('\n')}
`;

describe('reproducing a run of the running product', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start({ config });
    await system.ready();
  }, 240_000);

  afterAll(() => system?.stop(), 60_000);

  /** The model's first run, once it has ended. */
  async function firstRun(model: string): Promise<string> {
    return system.eventually(
      `the first run of ${model}`,
      async () => {
        const { body } = await system.get<{ items: readonly { id: string }[] }>(`/retraining/runs?model=${model}`);
        const run = body.items.at(-1) && (await system.settled(body.items.at(-1)!.id, 120));
        return run?.status === 'deployed' && run.id;
      },
      180,
    );
  }

  async function again(runId: string): Promise<Reproduction['compared']> {
    const { code, answer } = await system.reproduce(runId);
    expect(answer!.compared.filter(({ same }) => !same)).toEqual([]);
    expect([answer!.identical, code]).toEqual([true, 0]);
    const told = answer!.compared.map(({ what }) => what);
    expect(told).toEqual(expect.arrayContaining(['metrics', 'evidence_sha256', 'artifact_sha256']));
    return answer!.compared;
  }

  it.each([
    ['matches', 'classification'],
    ['rides', 'regression'],
  ] as const)(
    'gives the same metrics, scores and artifact bit for bit, for every trainer that comes along: %s (%s)',
    async (model, task) => {
      const compared = await again(await firstRun(model));
      const tried = compared.filter(({ what }) => what.startsWith('tried '));
      expect(tried.map(({ what }) => what.slice('tried '.length)).sort()).toEqual(trainers(task).sort());
      for (const { original } of tried) expect(original).not.toHaveProperty('problem');
    },
    300_000,
  );

  it.each(warm)(
    'gives the same bits where the fit began from the champion and its probabilities are corrected: %s',
    async (use) => {
      const model = `warm-${use}`;
      await firstRun(model);
      const asked = { reason: 'spec', force: true };
      const { body } = await system.post<{ run_id: string }>(`/retraining/trigger?model=${model}`, asked);
      const run = await system.settled(body.run_id, 120);
      expect(JSON.stringify(run.result!['training_metrics'])).toContain('"warm_start":{"used":true}');
      await again(run.id);
    },
    240_000,
  );

  it('is refused for a run that nobody knows', async () => {
    expect((await system.reproduce('00000000-0000-4000-8000-00000000dead')).code).toBe(1);
  }, 60_000);
});
