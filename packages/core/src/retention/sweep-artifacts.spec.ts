import { DeleteVersionService } from '../deployment/delete-version.service.js';
import { prepareOutput, trainOutput } from '../run/outputs.js';
import { ReproduceRunService } from '../run/reproduce-run.service.js';
import type { StoredArtifact } from '../storage/artifact-store.port.js';
import { installation, type Installation } from '../testing/installation.js';
import { retrain, withChampion } from '../testing/loop.js';
import { registerCoin } from '../testing/rolling-out.js';
import { SweepArtifactsService } from './sweep-artifacts.service.js';

const signal = new AbortController().signal;
const sweep = (house: Installation) => house.get(SweepArtifactsService).execute(signal);
const aDay = { days: 1, seconds: 1 };

async function stored({ artifacts }: Installation) {
  const all: StoredArtifact[] = [];
  for await (const one of artifacts.list()) all.push(one);
  return all;
}

/** Version 1 is the champion; version 2, of a run that was rejected, is needed by nothing. */
async function withRejected() {
  const gates = [{ use: 'minimum_score', with: {} }];
  const house = await withChampion({ config: { enable_automatic_deployment: true } });
  await house.config.update({ gates, min_validation_accuracy: 1 }, 'test');
  const run = await retrain(house);
  expect(run.status).toBe('rejected');
  return { house, run, version: run.candidateVersion! };
}

const remove = (house: Installation, version: number) =>
  house.get(DeleteVersionService).execute({ model: 'coin', version, actor: 'key:ann', reason: 'old' });

describe('a sweep of the artifact store', () => {
  it('leaves everything that the rows refer to, however old', async () => {
    const { house } = await withRejected();
    const before = (await stored(house)).map(({ uri }) => uri).sort();
    for (let days = 0; days < 4; days++) {
      house.clock.advance(aDay);
      expect(await sweep(house)).toMatchObject({ files: 0, setAside: 0, found: { files: before.length } });
    }
    expect((await stored(house)).map(({ uri }) => uri).sort()).toEqual(before);
  });

  it('removes what a deleted version alone needed, two days later, and tells of it', async () => {
    const { house, run, version } = await withRejected();
    const { artifact } = (await house.models.version('coin', version))!;
    const own = [artifact.uri, trainOutput(run).evidence.uri];
    for (const { key } of await house.pieces.ofRun(run.id)) await house.pieces.forget(key);
    await remove(house, version);
    expect(await sweep(house)).toMatchObject({ files: 0, setAside: 0 });
    house.clock.advance(aDay);
    const { setAside } = await sweep(house);
    expect(setAside).toBeGreaterThanOrEqual(own.length);
    expect(await sweep(house)).toMatchObject({ files: 0, setAside: 0 });
    house.clock.advance(aDay);
    const { files, bytes } = await sweep(house);
    expect(files).toBe(setAside);
    const left = new Set((await stored(house)).map(({ uri }) => uri));
    expect(own.filter((uri) => left.has(uri))).toEqual([]);
    const told = await house.events.after(0, 1000, { types: ['artifacts.removed'] });
    expect(told).toMatchObject([{ actor: 'retention', payload: { files, bytes } }]);
    // The champion and its run are as they were.
    const champion = (await house.models.version('coin', 1))!;
    expect((await house.artifacts.get(champion.artifact)).length).toBe(champion.artifact.bytes);
    const [first] = (await house.runs.list('coin', { limit: 10 })).items.slice(-1);
    await house.get(ReproduceRunService).execute(first!.id, 'api', signal);
    const [event] = await house.events.before(undefined, 1, { types: ['run.reproduced'] });
    expect(event?.payload).toMatchObject({ identical: true });
  });

  it('leaves bytes that another version has too', async () => {
    const { house } = await withRejected();
    const [one, other] = [await registerCoin(house, [1, 2]), await registerCoin(house, [1, 2])];
    await remove(house, one);
    for (let days = 0; days < 3; days++) {
      house.clock.advance(aDay);
      await sweep(house);
    }
    const { artifact } = (await house.models.version('coin', other))!;
    expect((await house.artifacts.get(artifact)).length).toBe(artifact.bytes);
  });

  it('gives back what a row refers to again while it is aside, without anybody having stored it', async () => {
    const { house } = await withRejected();
    const { artifact, lineage } = (await house.models.version('coin', await registerCoin(house, [1, 2])))!;
    await remove(house, 3);
    house.clock.advance(aDay);
    expect(await sweep(house)).toMatchObject({ setAside: 1 });
    // A copy of the reference, as from a transaction that had begun before the deletion.
    await house.models.addVersion({ model: 'coin', artifact, lineage });
    house.clock.advance(aDay);
    expect(await sweep(house)).toMatchObject({ files: 0 });
    expect((await house.artifacts.get(artifact)).length).toBe(artifact.bytes);
    expect((await stored(house)).find(({ uri }) => uri === artifact.uri)).toMatchObject({ aside: false });
  });

  it('touches nothing for an empty database, nor where another one keeps artifacts too', async () => {
    const { house } = await withRejected();
    await house.artifacts.put(new TextEncoder().encode('orphan'));
    await house.artifacts.keepers('another');
    house.clock.advance(aDay);
    expect(await sweep(house)).toMatchObject({ setAside: 0, held: expect.stringContaining('another') });
    house.references.all = async () => new Set();
    expect(await sweep(house)).toMatchObject({ setAside: 0, held: expect.stringContaining('no row of the database') });
  });

  it('has nothing to hold back where nothing is stored yet', async () => {
    const house = installation();
    expect(await sweep(house)).toEqual({
      files: 0,
      bytes: 0,
      setAside: 0,
      leftovers: 0,
      found: { files: 0, bytes: 0 },
    });
  });

  it('stops when the process is told to', async () => {
    const { house } = await withRejected();
    await house.artifacts.put(new TextEncoder().encode('orphan'));
    house.clock.advance(aDay);
    expect(await house.get(SweepArtifactsService).execute(AbortSignal.abort())).toMatchObject({ setAside: 0 });
    expect(await sweep(house)).toMatchObject({ setAside: 1 });
  });
});

describe('reproducing a run whose frozen rows retention has taken', () => {
  it('says so, who took them, and what to do', async () => {
    const { house, run, version } = await withRejected();
    for (const { key } of await house.pieces.ofRun(run.id)) await house.pieces.forget(key);
    await remove(house, version);
    house.artifacts.lose(prepareOutput(run).snapshot.uri);
    await house.process()(ReproduceRunService).execute(run.id, 'api', signal);
    const [event] = await house.events.before(undefined, 1, { types: ['run.reproduced'] });
    const { problem, identical } = event!.payload as { problem: string; identical: boolean };
    expect(identical).toBe(false);
    expect(problem).toContain(`version 2, which key:ann deleted on 2024-01-31`);
    expect(problem).toContain('retention.versions');
  });

  it('does not blame the run for a baseline that was deleted with its artifact', async () => {
    const { house, run } = await withRejected();
    for (const { key } of await house.pieces.ofRun(run.id)) await house.pieces.forget(key);
    await house.models.markDeleted('coin', 1, 'retention');
    house.artifacts.lose((await house.models.version('coin', 1))!.artifact.uri);
    await house.process()(ReproduceRunService).execute(run.id, 'api', signal);
    const [event] = await house.events.before(undefined, 1, { types: ['run.reproduced'] });
    expect(event!.payload).toMatchObject({
      compared: [],
      problem: expect.stringContaining('version 1, which retention'),
    });
  });
});
