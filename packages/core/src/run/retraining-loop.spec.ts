import { decodeDataset } from '../dataset/snapshot.js';
import { backupName } from '../deployment/backup-name.js';
import { installation } from '../testing/installation.js';
import { eventsOf, execute, ignorant, publishedModel, request, retrain, withChampion } from '../testing/loop.js';
import { tosses } from '../testing/coin-model.js';
import { BootstrapModelsService } from './bootstrap-models.service.js';
import { prepareOutput, trainOutput } from './outputs.js';
import { reportMarkdown } from './report-markdown.js';

const auto = { enable_automatic_deployment: true };

describe('a run, from request to promotion', () => {
  it('deploys the first champion without a person, for nothing serves yet', async () => {
    const house = installation();
    const [requested] = await house.get(BootstrapModelsService).execute();
    const run = await execute(house, requested!.id);
    expect(run.status).toBe('deployed');
    expect(run.triggers).toEqual(['initial_training']);
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
    expect(run.result).toMatchObject({ success: true, deployed: true, backup_path: null });
  });

  it('promotes a better candidate where deployment is automatic: alias, file and events agree', async () => {
    const house = await withChampion({ config: auto });
    const before = publishedModel(house);
    const run = await retrain(house);
    expect(run.status).toBe('deployed');
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(2);
    const version = (await house.models.version('coin', 2))!;
    const artifact = await house.artifacts.get(version.artifact);
    expect(publishedModel(house)).toBe(Buffer.from(artifact).toString('hex'));
    expect(publishedModel(house)).not.toBe(before);
    expect(await eventsOf(house, run.id)).toEqual([
      'run.requested',
      'run.started',
      'run.stage_completed', // backup
      'run.stage_completed', // prepare
      'candidate.created',
      'run.stage_completed', // train
      'candidate.accepted',
      'run.stage_completed', // validate
      'deployment.promoted',
      'run.stage_completed', // deploy
      'run.stage_completed', // report
      'run.completed',
    ]);
    expect(house.loader.open).toBe(0);
  });

  it('without automatic deployment an accepted candidate waits for a person and nothing changes', async () => {
    const house = await withChampion();
    const before = publishedModel(house);
    const run = await retrain(house);
    expect(run.status).toBe('awaiting_approval');
    expect(run.finishedAt).toBeUndefined();
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
    expect(publishedModel(house)).toBe(before);
    expect(await house.runs.active('coin')).toBeUndefined();
  });

  it('a rejected candidate leaves the live version byte-identical', async () => {
    const house = await withChampion({ config: { ...auto } });
    await house.config.update({ trainers: ignorant }, 'test');
    const before = publishedModel(house);
    const alias = await house.models.alias('coin', 'champion');
    const run = await retrain(house);
    expect(run.status).toBe('rejected');
    expect(run.result).toMatchObject({ success: true, deployed: false, validation_results: { should_deploy: false } });
    expect(publishedModel(house)).toBe(before);
    expect(await house.models.alias('coin', 'champion')).toEqual(alias);
    expect(await house.deployments.ofRun(run.id)).toBeUndefined();
    expect(await eventsOf(house, run.id)).toContain('candidate.rejected');
  });

  it('keeps a backup identical in bytes before anything is touched', async () => {
    const house = await withChampion();
    const champion = (await house.models.version('coin', 1))!;
    const run = await retrain(house, { triggers: ['data_drift', 'time_based'] });
    const path = `models/backups/${backupName('models/model.onnx', run.requestedAt, run.triggers)}`;
    expect(run.result?.['backup_path']).toBe(path);
    expect(house.championFiles.files.get(path)).toEqual(await house.artifacts.get(champion.artifact));
    const bundle = house.championFiles.files.get(path.replace('.onnx', '.json'))!;
    expect(JSON.parse(new TextDecoder().decode(bundle))).toMatchObject({ version: 1, artifact: champion.artifact });
  });

  it('trains on history and newly observed rows: no duplicates, ordered by time, nothing after its day', async () => {
    const house = await withChampion({ now: '2020-12-01T00:00:00Z' });
    const observed = tosses(60, { start: '2020-12-01T00:00:00Z', idPrefix: 'new', seed: 3 });
    const known = (await house.plugins.models.get('coin').builtinData!('coin'))!.slice(0, 5);
    const records = [...observed, ...known].map((row) => house.plugins.models.get('coin').parseRecord({ ...row })!);
    await house.records.save(records.map((record) => ({ ...record, model: 'coin' })));
    const run = await retrain(house, { asOf: new Date('2020-12-11T00:00:00Z') });
    const { snapshot, stats } = prepareOutput(run);
    const dataset = decodeDataset(await house.artifacts.get(snapshot));
    expect(stats.total_samples).toBe(400 + 22);
    expect(new Set(dataset.keys).size).toBe(dataset.rows);
    expect([...dataset.times]).toEqual([...dataset.times].sort((a, b) => a - b));
    expect(Math.max(...dataset.times)).toBeLessThanOrEqual(Date.parse('2020-12-11T00:00:00Z'));
  });

  it('gives the result that the contract names', async () => {
    const house = await withChampion({ config: auto });
    const { result } = await retrain(house);
    expect(result).toMatchObject({
      success: true,
      triggers: ['manual_trigger'],
      deployed: true,
      data_stats: {
        total_samples: 400,
        training_samples: 300,
        validation_samples: 100,
        date_range: { start: '2020-01-01T00:00:00.000Z', end: '2020-07-18T00:00:00.000Z' },
        class_distribution: { heads: 185, tails: 215 },
      },
      validation_results: { min_threshold: 0, improvement_threshold: 0.01, meets_min_threshold: true },
      deployment_results: { decision: 'promoted', version: 2, previous_version: 1 },
      lineage: { seed: 42, parent_version: 1, code_version: expect.stringContaining('@'), config_revision: 2 },
    });
    const { new_accuracy, current_accuracy, improvement } = result!['validation_results'] as Record<string, number>;
    expect(improvement).toBeCloseTo(new_accuracy! - current_accuracy!, 12);
    expect(new_accuracy).toBeGreaterThan(current_accuracy! + 0.1);
    expect(typeof result!['execution_time']).toBe('number');
  });

  it('picks the best of several trainers by log loss, and tolerates one that fails', async () => {
    const house = await withChampion({ config: auto });
    const trainers = [{ use: 'no_such_trainer', with: {} }, ...ignorant, { use: 'tiny_softmax', with: { steps: 40 } }];
    await house.config.update({ trainers }, 'test');
    const run = await retrain(house);
    expect(trainOutput(run).recipe).toEqual(trainers[2]);
    expect(trainOutput(run).tried).toHaveLength(3);
    expect(trainOutput(run).tried.at(-1)?.problem).toMatch(/no_such_trainer/);
  });

  it('makes the same artifact from the same data, recipe and seed', async () => {
    const [one, other] = [await withChampion(), await withChampion()];
    const runs = [await retrain(one), await retrain(other)];
    expect(trainOutput(runs[0]!).sha256).toBe(trainOutput(runs[1]!).sha256);
    expect(prepareOutput(runs[0]!).snapshot.sha256).toBe(prepareOutput(runs[1]!).snapshot.sha256);
  });

  it('leaves copies of the report for people', async () => {
    const house = await withChampion();
    const run = await retrain(house);
    const copies = [...house.reports.files.keys()].filter((path) => path.includes(run.id));
    expect(copies.map((path) => path.split('.').at(-1)).sort()).toEqual(['html', 'json', 'md']);
    expect(reportMarkdown(run)).toContain('waits for a person');
  });

  it('a run for a day of the past leaves its promotion with that day', async () => {
    const house = await withChampion({ config: auto });
    const asOf = new Date('2020-07-01T00:00:00Z');
    const run = await retrain(house, { asOf });
    expect(run.simulated).toBe(true);
    const { items } = await house.models.aliasMoves('coin', 'champion', { limit: 1 });
    expect(items[0]).toMatchObject({ version: 2, asOf });
    expect(await request(house)).toMatchObject({ simulated: false, asOf: house.clock.now() });
  });
});
