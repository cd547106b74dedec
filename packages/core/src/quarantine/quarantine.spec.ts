import { PromoteVersionService } from '../deployment/promote-version.service.js';
import { ApproveRunService } from '../deployment/approve-run.service.js';
import { RollbackService } from '../deployment/rollback.service.js';
import type { Installation } from '../testing/installation.js';
import { retrain, withChampion } from '../testing/loop.js';
import { QuarantineVersion } from './quarantine-version.service.js';
import { ReleaseVersionService } from './release-version.service.js';

const why = { model: 'coin', actor: 'key:ann', reason: 'complaints' };
const auto = { config: { enable_automatic_deployment: true, gates: [{ use: 'parity', with: {} }] } };
const champion = async (house: Installation) => (await house.models.alias('coin', 'champion'))?.version;
const told = async (house: Installation) =>
  (await house.events.after(0, 1000, { types: ['version.quarantined', 'version.released'] })).map(({ type }) => type);

/** Version 2 was promoted, did harm, and was rolled back. */
async function withQuarantined() {
  const house = await withChampion(auto);
  await retrain(house);
  await house.get(RollbackService).execute({ ...why, quarantine: true });
  return house;
}

describe('a version in quarantine', () => {
  it('got there with the roll-back, in one unit of work, and is told of', async () => {
    const house = await withQuarantined();
    expect(await champion(house)).toBe(1);
    expect(await house.quarantines.list('coin')).toMatchObject([{ version: 2, by: 'key:ann', reason: 'complaints' }]);
    expect(await told(house)).toEqual(['version.quarantined']);
  });

  it('does not come back with the next runs: the same fit is refused under its new number', async () => {
    const house = await withQuarantined();
    for (const version of [3, 4]) {
      const run = await retrain(house);
      expect(run).toMatchObject({ status: 'rejected', result: { deployed: false } });
      expect(JSON.stringify(run.result)).toContain('quarantined');
      const made = (await house.models.version('coin', version))!;
      expect(made.artifact.sha256).not.toBe((await house.models.version('coin', 2))!.artifact.sha256);
      expect(await champion(house)).toBe(1);
    }
  });

  it('does not hold back a candidate that was fitted otherwise', async () => {
    const house = await withQuarantined();
    await house.config.update({ seed: 7 }, 'test');
    expect((await retrain(house)).status).toBe('deployed');
    expect(await champion(house)).toBe(3);
  });

  it('is refused to a person who promotes it, until one releases it', async () => {
    const house = await withQuarantined();
    const refused = { kind: 'conflict', code: 'version_quarantined' };
    const promote = () => house.get(PromoteVersionService).execute({ ...why, version: 2 });
    await expect(promote()).rejects.toMatchObject(refused);
    await house.get(ReleaseVersionService).execute({ ...why, version: 2, reason: 'the feed was broken' });
    expect((await promote()).status).toBe('promoted');
    expect(await champion(house)).toBe(2);
    expect(await told(house)).toEqual(['version.quarantined', 'version.released']);
  });

  it('cannot be approved when it got there while its approval waited', async () => {
    const house = await withChampion({ config: { gates: [{ use: 'parity', with: {} }] } });
    const { id } = await retrain(house);
    const quarantining = { ...why, version: 2 };
    await house.unitOfWork.transaction(async () => {
      await house.events.append(...(await house.get(QuarantineVersion).execute(quarantining)));
    });
    const approve = house.get(ApproveRunService).execute({ runId: id, actor: 'key:bob', reason: 'fine' });
    await expect(approve).rejects.toMatchObject({ code: 'version_quarantined' });
    expect(await champion(house)).toBe(1);
  });

  it('is released once, and only if it is there', async () => {
    const house = await withQuarantined();
    const release = (version: number) => house.get(ReleaseVersionService).execute({ ...why, version });
    expect((await release(2)).release).toMatchObject({ by: 'key:ann' });
    await expect(release(2)).rejects.toMatchObject({ kind: 'conflict', code: 'not_quarantined' });
    await expect(release(9)).rejects.toMatchObject({ code: 'unknown_version' });
  });
});
