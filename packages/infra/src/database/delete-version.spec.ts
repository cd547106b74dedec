import { DeleteVersionService, PromoteVersionService } from '@retrain/core';
import { retrain, withChampion } from '@retrain/core/testing';
import { InstallationsOnPostgres } from '../testing/installations-on-postgres.js';

let postgres: InstallationsOnPostgres;

beforeEach(async () => {
  postgres = await InstallationsOnPostgres.open();
}, 60_000);

afterEach(() => postgres.close());

const about = { model: 'coin', actor: 'key:ann', reason: 'race' };

async function withCopies() {
  const house = await withChampion({
    config: { gates: [{ use: 'parity', with: {} }] },
    rows: (clock) => postgres.rows(clock),
  });
  expect((await retrain(house)).status).toBe('awaiting_approval');
  const { artifact, lineage } = (await house.models.version('coin', 2))!;
  return {
    house,
    /** One more version that can answer. */
    add: async () => (await house.models.addVersion({ model: 'coin', artifact, lineage })).version,
    promote: (version: number) =>
      house
        .process()(PromoteVersionService)
        .execute({ ...about, version }),
    remove: (version: number) =>
      house
        .process()(DeleteVersionService)
        .execute({ ...about, version }),
    champion: async () => (await house.models.alias('coin', 'champion'))!.version,
    deleted: async (version: number) => (await house.models.version('coin', version))!.deletedAt !== undefined,
  };
}

const moment = () => new Promise((resolve) => setTimeout(resolve, 50));

describe('a promotion and a deletion that race on Postgres', () => {
  it('never end with a deleted champion: one wins, the other is told', async () => {
    const { add, promote, remove, champion, deleted } = await withCopies();
    for (let round = 0; round < 25; round++) {
      const version = await add();
      const later = () => new Promise((resolve) => setTimeout(resolve, round * 4));
      const racing = [promote(version), later().then(() => remove(version)), later().then(() => remove(version))];
      const answers = await Promise.allSettled<unknown>(racing);
      const [promoted, ...deletions] = answers.map(({ status }) => status === 'fulfilled');
      expect(promoted).toBe((await champion()) === version);
      expect(promoted).toBe(!(await deleted(version)));
      expect(deletions).toEqual([!promoted, !promoted]);
      const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
      for (const reason of refused)
        expect(reason).toMatchObject({ code: promoted ? 'version_in_use' : 'version_deleted' });
    }
  }, 60_000);

  it('wait for each other: a deletion sees the promotion that had begun before', async () => {
    const { house, add, promote, remove, champion, deleted } = await withCopies();
    const version = await add();
    const move = house.models.moveAlias.bind(house.models);
    const moved = new Promise<void>((resolve) => {
      house.models.moveAlias = async (given) => {
        const alias = await move(given);
        resolve();
        await moment();
        return alias;
      };
    });
    const promoting = promote(version);
    await moved;
    await expect(remove(version)).rejects.toMatchObject({ code: 'version_in_use' });
    expect((await promoting).status).toBe('promoted');
    expect([await champion(), await deleted(version)]).toEqual([version, false]);
  }, 60_000);

  it('wait for each other: a promotion is refused by the deletion that had begun before', async () => {
    const { house, add, promote, remove, champion, deleted } = await withCopies();
    const [before, version] = [await champion(), await add()];
    const mark = house.models.markDeleted.bind(house.models);
    const marked = new Promise<void>((resolve) => {
      house.models.markDeleted = async (...given) => {
        const gone = await mark(...given);
        resolve();
        await moment();
        return gone;
      };
    });
    const deleting = remove(version);
    await marked;
    await expect(promote(version)).rejects.toMatchObject({ code: 'version_deleted' });
    expect((await deleting).deletedBy).toBe('key:ann');
    expect([await champion(), await deleted(version)]).toEqual([before, true]);
  }, 60_000);
});
