import {
  AppointVersion,
  ApproveRunService,
  ChampionHolder,
  ChampionLedger,
  PublishChampionService,
  RecoverRunsService,
  RollbackService,
} from '@retrain/core';
import { eventsOf, publishedModel, retrain, type Installation } from '@retrain/core/testing';
import { InstallationsOnPostgres } from '../testing/installations-on-postgres.js';

const why = { actor: 'key:ann', reason: 'tested' };
let postgres: InstallationsOnPostgres;

beforeAll(async () => {
  postgres = await InstallationsOnPostgres.open();
}, 60_000);

afterAll(() => postgres.close());

/** Version 1 answers, version 2 waits for approval. */
async function waiting(): Promise<{ readonly house: Installation; readonly runId: string }> {
  const house = await postgres.begin();
  return { house, runId: (await retrain(house)).id };
}

/** Edits rows as somebody with a database shell does, who may switch off what is in his way. */
async function edit(sql: string): Promise<void> {
  await postgres.database.transaction(async () => {
    await postgres.database.query(`SET LOCAL session_replication_role = replica`);
    await postgres.database.query(sql);
  });
}

const tamperings = async (house: Installation) =>
  (await house.events.after(0, 1_000, { types: ['registry.tampered'] })).map(({ payload }) => payload);

/** What a gateway that has been running, and one that starts now, answer with. */
async function answering(house: Installation, running: ChampionHolder) {
  house.clock.advance({ seconds: 6 });
  const fresh = house.process()(ChampionHolder);
  await Promise.all([running.refresh('coin'), fresh.refresh('coin')]);
  const [held, started] = [running.status('coin'), fresh.status('coin')];
  await fresh.release();
  return { held, started };
}

async function runningGateway(house: Installation): Promise<ChampionHolder> {
  const running = house.process()(ChampionHolder);
  await running.refresh('coin');
  return running;
}

describe('an edit of the database', () => {
  it('of an alias row moves nothing: gateways, the file and the trainers stay, it is told and put right', async () => {
    const { house } = await waiting();
    const running = await runningGateway(house);
    const file = publishedModel(house);
    await postgres.database.query(`UPDATE aliases SET version = 2, revision = 2 WHERE alias = 'champion'`);
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
    const { held, started } = await answering(house, running);
    expect([held.version, started.version]).toEqual([1, 1]);
    expect(held.tampered).toBe('The alias row names version 2 (move 2), the ledger version 1 (move 1).');
    expect(started.tampered).toBe(held.tampered);
    const recovered = await house.get(RecoverRunsService).execute();
    expect(recovered).toMatchObject({ tampered: { coin: held.tampered }, published: [] });
    expect(publishedModel(house)).toBe(file);
    expect(await tamperings(house)).toMatchObject([{ problem: held.tampered, restored: true, version: 1 }]);
    expect((await answering(house, running)).held.tampered).toBeUndefined();
    expect((await house.get(ChampionLedger).audit('coin')).problem).toBeUndefined();
  });

  it('that deletes the alias row does not make the next candidate a first champion', async () => {
    const { house } = await waiting();
    await postgres.database.query(`DELETE FROM aliases`);
    const { id } = await retrain(house);
    expect((await house.runs.find(id))?.status).toBe('awaiting_approval');
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
    await house.get(RecoverRunsService).execute();
    expect((await house.get(ChampionLedger).audit('coin')).problem).toBeUndefined();
  });

  it('that moves the champion to a candidate that waits is not followed, and nothing can be promoted on it', async () => {
    const { house, runId } = await waiting();
    const running = await runningGateway(house);
    const file = publishedModel(house);
    const { id } = (await house.deployments.ofRun(runId))!;
    // The product's own way of writing a move: hash, link and alias row are right.
    await house.models.moveAlias({
      ...{ model: 'coin', alias: 'champion', version: 2, expectedRevision: 1, deploymentId: id },
      ...{ ...why, asOf: house.clock.now() },
    });
    const { held, started } = await answering(house, running);
    expect([held.version, started.version]).toEqual([1, 1]);
    expect(held.tampered).toContain('which is awaiting_approval');
    await house.get(PublishChampionService).execute('coin');
    expect(publishedModel(house)).toBe(file);
    await expect(house.get(ApproveRunService).execute({ runId, ...why })).rejects.toMatchObject({
      code: 'champion_changed',
    });
    const promotion = { model: 'coin', version: 1, kind: 'promotion', from: 2, ...why } as const;
    await expect(house.get(AppointVersion).execute(promotion)).rejects.toMatchObject({ code: 'registry_tampered' });
    await house.get(RecoverRunsService).execute();
    expect(await tamperings(house)).toMatchObject([{ restored: false, version: 1 }]);
    house.clock.advance({ minutes: 1 });
    await house.get(RecoverRunsService).execute();
    expect(await tamperings(house)).toHaveLength(1);
    await house.get(RollbackService).execute({ model: 'coin', version: 1, ...why });
    expect((await house.get(ChampionLedger).audit('coin')).current).toBe(true);
    expect((await answering(house, running)).held.version).toBe(1);
  });

  it('that declares a deployment promoted promotes nothing, also where its move is forged with it', async () => {
    const { house, runId } = await waiting();
    const running = await runningGateway(house);
    await edit(`UPDATE deployments SET status = 'promoted', quorum = 2 WHERE run_id = '${runId}'`);
    expect((await answering(house, running)).held).toEqual({ version: 1 });
    await edit(`INSERT INTO alias_moves (model, alias, version, previous_version, revision, artifact_sha256,
        deployment_id, actor, reason, moved_at, as_of, previous_hash, hash)
      SELECT model, 'champion', version, 1, 2, artifact_sha256, id, 'api', 'forged', now(), now(),
        (SELECT hash FROM alias_moves), repeat('a', 64) FROM deployments WHERE run_id = '${runId}'`);
    const { held, started } = await answering(house, running);
    expect([held.version, started.version]).toEqual([1, 1]);
    expect(held.tampered).toBe(
      'Move 2 of the ledger was changed. The alias row names version 1 (move 1), the ledger version 2 (move 2).',
    );
  });

  it('of a past move is told for as long as it stands; who answers stays, and so do decisions', async () => {
    const { house, runId } = await waiting();
    await house.get(ApproveRunService).execute({ runId, ...why });
    const running = await runningGateway(house);
    await edit(`UPDATE alias_moves SET actor = 'nobody' WHERE revision = 1`);
    const { held, started } = await answering(house, running);
    expect([held.version, started.version]).toEqual([2, 2]);
    expect(held.tampered).toBe('Move 1 of the ledger was changed.');
    await house.get(RollbackService).execute({ model: 'coin', version: 1, ...why });
    expect((await answering(house, running)).held.version).toBe(1);
  });

  it('of the artifact of a version is found before it answers', async () => {
    const { house, runId } = await waiting();
    await house.get(ApproveRunService).execute({ runId, ...why });
    await edit(`UPDATE model_versions v SET artifact_sha256 = o.artifact_sha256, artifact_uri = o.artifact_uri
      FROM model_versions o WHERE v.version = 2 AND o.version = 1`);
    const fresh = house.process()(ChampionHolder);
    await fresh.refresh('coin');
    expect(fresh.status('coin')).toMatchObject({
      version: 1,
      tampered: 'Move 2 of the ledger moved to another artifact than version 2 has now.',
    });
    await fresh.release();
  });

  it.each([
    `UPDATE alias_moves SET reason = 'another'`,
    `UPDATE model_versions SET artifact_sha256 = repeat('a', 64)`,
    `UPDATE model_versions SET lineage = '{}'`,
  ])('is refused where nobody switches that off: %s', async (sql) => {
    await waiting();
    await expect(postgres.database.query(sql)).rejects.toThrow('never changed');
  });

  it('of an approval is refused too', async () => {
    const { house, runId } = await waiting();
    await house.get(ApproveRunService).execute({ runId, ...why });
    expect(await eventsOf(house, runId)).toContain('approval.given');
    await expect(postgres.database.query(`UPDATE approvals SET actor = 'key:eve'`)).rejects.toThrow('never changed');
  });
});
