import type { ModelVersion } from '../model/model-version.js';
import { Rollouts } from '../rollout/rollouts.port.js';
import type { Installation, InstallationOptions } from '../testing/installation.js';
import { execute, request, retrain, withChampion } from '../testing/loop.js';
import { rollingOutHouse } from '../testing/rolling-out.js';
import { DeleteVersionService } from './delete-version.service.js';
import { PromoteVersionService } from './promote-version.service.js';
import { RejectRunService } from './reject-run.service.js';
import { RollbackService } from './rollback.service.js';

const why = { model: 'coin', actor: 'key:ann', reason: 'trained on the wrong feed' };
const gates = [{ use: 'parity', with: {} }];
const auto: InstallationOptions = { config: { enable_automatic_deployment: true, gates } };

const remove = (house: Installation, version: number) => house.get(DeleteVersionService).execute({ ...why, version });
const inUse = (why: string) => ({ kind: 'conflict', code: 'version_in_use', message: expect.stringContaining(why) });
const stored = async (house: Installation, version: number): Promise<ModelVersion> =>
  (await house.models.version('coin', version))!;

/** Champions 1, 2 and 3, one after the other. */
async function withThree(): Promise<Installation> {
  const house = await withChampion(auto);
  await retrain(house);
  house.clock.advance({ days: 30 });
  await house.config.update({ seed: 7 }, 'test');
  await retrain(house);
  expect((await house.models.alias('coin', 'champion'))?.version).toBe(3);
  return house;
}

describe('a version that nothing needs', () => {
  it('is deleted once: its row stays, it is told of once, and the past is as it was', async () => {
    const house = await withThree();
    const first = await house.models.aliasAt('coin', 'champion', new Date(0), 'wall_clock');
    const ledger = await house.models.ledger('coin', 'champion');
    const gone = await remove(house, 1);
    expect(gone).toMatchObject({ version: 1, deletedBy: 'key:ann', deletedAt: house.clock.now() });
    house.clock.advance({ days: 1 });
    expect(await remove(house, 1)).toEqual(gone);
    expect(await stored(house, 1)).toEqual(gone);
    const told = await house.events.after(0, 1000, { types: ['version.deleted'] });
    expect(told).toMatchObject([{ actor: 'key:ann', payload: { version: 1, reason: why.reason } }]);
    expect(await house.models.aliasAt('coin', 'champion', new Date(0), 'wall_clock')).toEqual(first);
    expect(await house.models.ledger('coin', 'champion')).toEqual(ledger);
  });

  it('is neither promoted nor rolled back to any more', async () => {
    const house = await withThree();
    await remove(house, 1);
    const refused = { kind: 'conflict', code: 'version_deleted' };
    await expect(house.get(PromoteVersionService).execute({ ...why, version: 1 })).rejects.toMatchObject(refused);
    await expect(house.get(RollbackService).execute({ ...why, version: 1 })).rejects.toMatchObject(refused);
    expect((await house.get(RollbackService).execute(why)).version).toBe(2);
    await expect(house.get(RollbackService).execute(why)).rejects.toMatchObject(refused);
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(2);
  });

  it('has to be there', async () => {
    await expect(remove(await withThree(), 9)).rejects.toMatchObject({ kind: 'not_found', code: 'unknown_version' });
  });
});

describe('a version in use is not deleted', () => {
  it('the champion, and what a roll-back leads to', async () => {
    const house = await withThree();
    await expect(remove(house, 3)).rejects.toMatchObject(inUse('is the champion'));
    await expect(remove(house, 2)).rejects.toMatchObject(inUse('a roll-back'));
    expect((await stored(house, 3)).deletedAt).toBeUndefined();
    await house.get(RollbackService).execute(why);
    await expect(remove(house, 1)).rejects.toMatchObject(inUse('a roll-back'));
    await expect(remove(house, 3)).rejects.toMatchObject(inUse('a roll-back'));
    expect(await house.events.after(0, 1000, { types: ['version.deleted'] })).toEqual([]);
  });

  it('the candidate that waits for approval, until it is rejected', async () => {
    const house = await withChampion({ config: { gates } });
    const { id, status } = await retrain(house);
    expect(status).toBe('awaiting_approval');
    await expect(remove(house, 2)).rejects.toMatchObject(inUse('waits for approval'));
    await house.get(RejectRunService).execute({ runId: id, actor: 'key:bob', reason: 'no' });
    expect((await remove(house, 2)).deletedBy).toBe('key:ann');
  });

  it('the one that is tried beside the champion', async () => {
    const house = await rollingOutHouse({ strategy: 'shadow' }, { gates });
    await retrain(house);
    expect(await house.get(Rollouts).active('coin')).toMatchObject({ challenger: 2 });
    await expect(remove(house, 2)).rejects.toMatchObject(inUse('is tried beside the champion'));
    expect((await stored(house, 2)).deletedAt).toBeUndefined();
  });
});

it('a candidate that is deleted while its run goes on is rejected by it', async () => {
  const house = await withChampion(auto);
  const run = await request(house);
  const step = house.models.versionOfRun.bind(house.models);
  const add = house.models.addVersion.bind(house.models);
  house.models.addVersion = async (given) => {
    const added = await add(given);
    await house.models.markDeleted('coin', added.version, 'key:ann');
    return (await step(run.id))!;
  };
  expect(await execute(house, run.id)).toMatchObject({ status: 'rejected', result: { deployed: false } });
  expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
});
