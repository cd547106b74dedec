import { RecoverRunsService } from '../run/recover-runs.service.js';
import type { Installation } from '../testing/installation.js';
import { eventsOf, execute, publishedModel, request, retrain, withChampion } from '../testing/loop.js';
import { ApproveRunService } from './approve-run.service.js';
import { PromoteVersionService } from './promote-version.service.js';
import { RejectRunService } from './reject-run.service.js';

const why = { actor: 'key:ann', reason: 'looks good' };
const champion = async (house: Installation) => (await house.models.alias('coin', 'champion'))?.version;

describe('a candidate that waits for a person', () => {
  it('is promoted by an approval: alias, file, run and events agree, and say who and why', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    const { run, deployment } = await house.get(ApproveRunService).execute({ runId: id, ...why });
    expect(run).toMatchObject({
      status: 'deployed',
      result: { deployed: true, deployment_results: { decision: 'promoted' } },
    });
    expect(deployment).toMatchObject({ status: 'promoted', decidedBy: 'key:ann', decisionReason: 'looks good' });
    expect(await champion(house)).toBe(2);
    const artifact = await house.artifacts.get((await house.models.version('coin', 2))!.artifact);
    expect(publishedModel(house)).toBe(Buffer.from(artifact).toString('hex'));
    expect((await eventsOf(house, id)).slice(-3)).toEqual([
      'deployment.approved',
      'deployment.promoted',
      'run.completed',
    ]);
    const { items } = await house.models.aliasMoves('coin', 'champion', { limit: 1 });
    expect(items[0]).toMatchObject({
      actor: 'key:ann',
      reason: 'looks good',
      deploymentId: deployment.id,
      asOf: house.clock.now(),
    });
  });

  it('is turned down by a rejection: nothing that serves changes', async () => {
    const house = await withChampion();
    const before = publishedModel(house);
    const { id } = await retrain(house);
    const { run } = await house.get(RejectRunService).execute({ runId: id, ...why });
    expect(run).toMatchObject({ status: 'rejected', result: { deployed: false, ended_because: 'looks good' } });
    expect(await champion(house)).toBe(1);
    expect(publishedModel(house)).toBe(before);
  });

  it('is decided once: of two approvals racing one wins, the other gets a conflict', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    const approvals = [house.process(), house.process()].map((get) =>
      get(ApproveRunService).execute({ runId: id, ...why }),
    );
    const answers = await Promise.allSettled(approvals);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(lost.reason).toMatchObject({ kind: 'conflict', code: 'run_not_awaiting_approval' });
    const { items } = await house.models.aliasMoves('coin', 'champion', { limit: 9 });
    expect(items).toHaveLength(2);
  });

  it('of an approval and a rejection racing exactly one counts', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    const answers = await Promise.allSettled([
      house.get(RejectRunService).execute({ runId: id, ...why }),
      house.get(ApproveRunService).execute({ runId: id, ...why }),
    ]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { status } = (await house.runs.find(id))!;
    expect(await champion(house)).toBe(status === 'deployed' ? 2 : 1);
  });

  it('expires when nobody decides in time, and then cannot be approved', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    house.clock.advance({ hours: 72 });
    await expect(house.get(ApproveRunService).execute({ runId: id, ...why })).rejects.toMatchObject({
      code: 'approval_expired',
    });
    await house.get(RecoverRunsService).execute();
    expect(await house.runs.find(id)).toMatchObject({ status: 'rejected' });
    expect((await house.deployments.ofRun(id))?.status).toBe('expired');
    expect((await eventsOf(house, id)).slice(-2)).toEqual(['deployment.expired', 'run.completed']);
    expect(await champion(house)).toBe(1);
  });

  it('is superseded when a newer candidate comes to wait', async () => {
    const house = await withChampion();
    const older = await retrain(house);
    const newer = await retrain(house);
    expect(await house.runs.find(older.id)).toMatchObject({ status: 'rejected' });
    expect((await house.deployments.ofRun(older.id))?.status).toBe('superseded');
    expect((await house.runs.awaitingApproval('coin')).map(({ id }) => id)).toEqual([newer.id]);
    await expect(house.get(ApproveRunService).execute({ runId: older.id, ...why })).rejects.toMatchObject({
      kind: 'conflict',
    });
  });

  it('cannot be approved any more once another champion serves than it was judged against', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    await house.get(PromoteVersionService).execute({ model: 'coin', version: 2, ...why });
    await expect(house.get(ApproveRunService).execute({ runId: id, ...why })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'champion_changed',
      details: { judged_against: 1, serving: 2 },
    });
    expect((await house.runs.find(id))?.status).toBe('awaiting_approval');
  });

  it('is bound to its artifact: a lost or damaged one is never promoted', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    house.artifacts.corrupt((await house.models.version('coin', 2))!.artifact.uri);
    await expect(house.get(ApproveRunService).execute({ runId: id, ...why })).rejects.toMatchObject({
      code: 'artifact_corrupt',
    });
    expect(await champion(house)).toBe(1);
  });

  it('is bound to its evidence: tampered verdicts are refused', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    const ofRun = house.deployments.ofRun.bind(house.deployments);
    house.deployments.ofRun = async (runId) => ({ ...(await ofRun(runId))!, evidence: { verdicts: [] } });
    await expect(house.get(ApproveRunService).execute({ runId: id, ...why })).rejects.toMatchObject({
      code: 'evidence_changed',
    });
  });

  it('is promoted even when the file cannot be written: recover-runs mends it', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    const publish = house.championFiles.publish.bind(house.championFiles);
    house.championFiles.publish = () => Promise.reject(new Error('no space left'));
    const { run } = await house.get(ApproveRunService).execute({ runId: id, ...why });
    expect(run.status).toBe('deployed');
    house.championFiles.publish = publish;
    expect(await house.get(RecoverRunsService).execute()).toMatchObject({ published: ['coin'], problems: {} });
    const artifact = await house.artifacts.get((await house.models.version('coin', 2))!.artifact);
    expect(publishedModel(house)).toBe(Buffer.from(artifact).toString('hex'));
  });

  it('of a day of the past is promoted as of that day', async () => {
    const house = await withChampion();
    const asOf = new Date('2020-07-10T00:00:00Z');
    const { id } = await retrain(house, { asOf });
    await house.get(ApproveRunService).execute({ runId: id, ...why });
    expect((await house.models.aliasAt('coin', 'champion', asOf, 'as_of'))?.version).toBe(2);
  });

  it('a run that is not on the desk cannot be decided', async () => {
    const house = await withChampion();
    const { id } = await request(house);
    const approve = house.get(ApproveRunService);
    await expect(approve.execute({ runId: id, ...why })).rejects.toMatchObject({ code: 'run_not_awaiting_approval' });
    await expect(approve.execute({ runId: 'none', ...why })).rejects.toMatchObject({ code: 'unknown_run' });
    await execute(house, id);
  });

  it('a run that ends before it reaches the desk leaves no proposal behind', async () => {
    const house = await withChampion();
    const { id } = await request(house);
    const conclude = house.runs.conclude.bind(house.runs);
    let tries = 0;
    house.runs.conclude = (...given) => (++tries === 1 ? Promise.reject(new Error('bug')) : conclude(...given));
    expect((await execute(house, id)).status).toBe('failed');
    expect((await house.deployments.ofRun(id))?.status).toBe('rejected');
  });
});
