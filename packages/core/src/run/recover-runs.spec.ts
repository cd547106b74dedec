import { installation } from '../testing/installation.js';
import { execute, request, retrain, withChampion } from '../testing/loop.js';
import { BootstrapModelsService } from './bootstrap-models.service.js';
import { RecoverRunsService } from './recover-runs.service.js';

const minutes = (count: number) => ({ minutes: count });

describe('recovering', () => {
  it('delivers again what the queue has lost', async () => {
    const house = await withChampion();
    const { id } = await request(house);
    house.jobs.waiting.length = 0;
    expect((await house.get(RecoverRunsService).execute()).delivered).toEqual([id]);
    expect(house.jobs.take('retrain')?.payload).toEqual({ runId: id });
  });

  it('leaves runs alone whose attempt is alive or whose back-off has not passed', async () => {
    const house = await withChampion();
    const { id } = await request(house);
    await house.runs.claim(id, 'token', house.clock.now(), new Date(house.clock.now().getTime() + 30_000), 1);
    expect((await house.get(RecoverRunsService).execute()).delivered).toEqual([]);
    await house.runs.requeue(id, 'token', new Date(house.clock.now().getTime() + 10_000));
    expect((await house.get(RecoverRunsService).execute()).delivered).toEqual([]);
  });

  it('tells which model could not be mended, and mends the others', async () => {
    const models = { coin: { definition: 'coin' }, token: { definition: 'coin', model_path: 'models/token.onnx' } };
    const house = await withChampion({ config: { models } });
    await execute(house, (await house.runs.active('token'))!.id);
    house.championFiles.files.clear();
    house.artifacts.lose((await house.models.version('coin', 1))!.artifact.uri);
    const { published, problems } = await house.get(RecoverRunsService).execute();
    // Equal data and recipe make equal artifacts apart from their lineage, so each model has its own.
    expect(published).toEqual(['token']);
    expect(Object.keys(problems)).toEqual(['coin']);
  });

  it('brings back a champion’s file that somebody has deleted', async () => {
    const house = await withChampion();
    await house.get(RecoverRunsService).execute();
    house.championFiles.files.clear();
    house.clock.advance(minutes(5));
    expect((await house.get(RecoverRunsService).execute()).published).toEqual(['coin']);
    expect((await house.get(RecoverRunsService).execute()).published).toEqual([]);
  });

  it('finds nothing to do where nothing is wrong', async () => {
    const house = await withChampion();
    await retrain(house);
    expect(await house.get(RecoverRunsService).execute()).toEqual({
      delivered: [],
      requested: [],
      expired: [],
      published: [],
      problems: {},
      tampered: {},
    });
  });
});

describe('a model without a champion', () => {
  it('is registered and trained once, however many processes ask', async () => {
    const house = installation();
    await Promise.all([house.process(), house.process()].map((get) => get(BootstrapModelsService).execute()));
    expect(await house.runs.count('coin')).toBe(1);
    expect(await house.runs.latest('coin')).toMatchObject({ triggers: ['initial_training'], forced: true });
  });

  it('belongs to the day its data ends, so that a replay of later days finds it aged rightly', async () => {
    const house = installation({ config: { training_data_until: '2020-05-01' } });
    const [requested] = await house.get(BootstrapModelsService).execute();
    const run = await execute(house, requested!.id);
    expect(run).toMatchObject({ status: 'deployed', asOf: new Date('2020-05-01'), simulated: true });
    const { items } = await house.models.aliasMoves('coin', 'champion', { limit: 1 });
    expect(items[0]?.asOf).toEqual(new Date('2020-05-01'));
  });

  it('is tried again after a failure, with growing pauses, and never storms', async () => {
    const house = installation();
    house.fitting.before = () => Promise.reject(new Error('broken'));
    const began = house.clock.now().getTime();
    const tries: number[] = [];
    for (let minute = 0; minute < 120; minute++) {
      for (const { id } of await house.get(BootstrapModelsService).execute()) {
        tries.push((house.clock.now().getTime() - began) / 60_000);
        await execute(house, id);
      }
      house.clock.advance(minutes(1));
    }
    expect(tries).toEqual([0, 1, 5, 21, 85]);
  });
});
