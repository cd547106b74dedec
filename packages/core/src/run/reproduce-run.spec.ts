import { decodeDataset, encodeDataset } from '../dataset/snapshot.js';
import type { Installation } from '../testing/installation.js';
import { execute, ignorant, learned, request, retrain, withChampion } from '../testing/loop.js';
import { prepareOutput, trainOutput } from './outputs.js';
import { RequestReproductionService } from './request-reproduction.service.js';
import { ReproduceRunService } from './reproduce-run.service.js';

const never = new AbortController().signal;

async function reproduce(house: Installation, runId: string) {
  await house.get(ReproduceRunService).execute(runId, 'api', never);
  const [event] = await house.events.before(undefined, 1, { runId, types: ['run.reproduced'] });
  if (event?.type !== 'run.reproduced') throw new Error('Nothing was told.');
  return event.payload;
}

describe('reproducing a run', () => {
  it('does every fit again, by itself, and finds the same bits in metrics, scores and artifact', async () => {
    const house = await withChampion();
    const trainers = [...ignorant, ...learned, { use: 'no_such_trainer', with: {} }];
    await house.config.update({ trainers }, 'test');
    const run = await retrain(house);
    const before = house.fitting.jobs.length;
    const { identical, compared, environment, problem } = await reproduce(house, run.id);
    expect(problem).toBeUndefined();
    expect(compared.filter(({ same }) => !same)).toEqual([]);
    expect(identical).toBe(true);
    expect(compared.map(({ what }) => what)).toEqual([
      ...['recipe', 'tried tiny_softmax', 'tried tiny_softmax', 'tried no_such_trainer'],
      ...['metrics', 'champion_metrics', 'evidence_sha256', 'artifact_sha256'],
    ]);
    expect(compared.at(-1)).toMatchObject({ original: trainOutput(run).sha256, reproduced: trainOutput(run).sha256 });
    // Nothing came from the fits of the run: two recipes on four blocks, what the champion needs, and the candidate.
    expect(house.fitting.jobs.length - before).toBeGreaterThanOrEqual(9);
    expect(environment.original).toEqual(environment.now);
    expect(environment.now).toMatchObject({ node: process.version, platform: process.platform });
  });

  it('is not misled by what has changed since: configuration, data and champion', async () => {
    const house = await withChampion({ config: { enable_automatic_deployment: true } });
    const run = await retrain(house);
    expect(run.status).toBe('deployed');
    await house.config.update({ trainers: ignorant, seed: 7 }, 'test');
    house.clock.advance({ days: 30 });
    await execute(house, (await request(house)).id);
    expect((await reproduce(house, run.id)).identical).toBe(true);
  });

  it('registers and deploys nothing', async () => {
    const house = await withChampion();
    const run = await retrain(house);
    const versions = (await house.models.versions('coin', { limit: 10 })).items;
    const { status } = (await house.runs.find(run.id))!;
    await reproduce(house, run.id);
    expect((await house.models.versions('coin', { limit: 10 })).items).toEqual(versions);
    expect((await house.runs.find(run.id))?.status).toBe(status);
  });

  it('says what differs when a trainer does not do the same twice', async () => {
    const house = await withChampion();
    const run = await retrain(house);
    const fit = house.fitting.fit.bind(house.fitting);
    house.fitting.fit = async (job) => fit({ ...job, recipe: { use: 'tiny_softmax', with: { steps: 11 } } });
    const { identical, compared } = await reproduce(house, run.id);
    expect(identical).toBe(false);
    const different = compared.filter(({ same }) => !same).map(({ what }) => what);
    expect(different).toEqual(expect.arrayContaining(['metrics', 'evidence_sha256', 'artifact_sha256']));
    expect(different).not.toContain('recipe');
  });

  it('says why it cannot be done: the frozen rows are gone or damaged', async () => {
    const house = await withChampion();
    const run = await retrain(house);
    const { snapshot } = prepareOutput(run);
    const get = house.artifacts.get.bind(house.artifacts);
    const rows = encodeDataset(decodeDataset(await get(snapshot)));
    expect(rows.length).toBe(snapshot.bytes);
    house.artifacts.get = (ref) =>
      ref.sha256 === snapshot.sha256 ? Promise.reject(new Error('Artifact is gone.')) : get(ref);
    const { identical, problem } = await reproduce(await restarted(house), run.id);
    expect([identical, problem]).toEqual([false, 'Artifact is gone.']);
  });

  it('says so when the champion it was judged beside is gone, and calls nothing different', async () => {
    const house = await withChampion();
    const run = await retrain(house);
    const champion = (await house.models.version('coin', prepareOutput(run).championVersion!))!;
    house.artifacts.lose(champion.artifact.uri);
    const { identical, compared, problem } = await reproduce(house, run.id);
    expect([identical, compared]).toEqual([false, []]);
    expect(problem).toMatch(/^The run was judged beside version 1 and may have begun from it/);
  });

  it('is asked for once at a time, and refused for a run that made no candidate', async () => {
    const house = await withChampion();
    const run = await retrain(house);
    house.jobs.waiting.length = 0;
    const asking = house.get(RequestReproductionService);
    const [{ afterSeq }] = [await asking.execute(run.id, 'api'), await asking.execute(run.id, 'api')];
    expect(afterSeq).toBeGreaterThan(0);
    expect(house.jobs.waiting.filter(({ name }) => name === 'reproduce')).toHaveLength(1);
    const queued = await request(house);
    await expect(asking.execute(queued.id, 'api')).rejects.toMatchObject({ code: 'nothing_fitted' });
    await expect(asking.execute('none', 'api')).rejects.toMatchObject({ code: 'unknown_run' });
  });
});

/** Another process on the same rows and files: it remembers no dataset. */
async function restarted(house: Installation): Promise<Installation> {
  return { ...house, get: house.process() };
}
