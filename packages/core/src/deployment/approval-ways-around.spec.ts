import { BootstrapModelsService } from '../run/bootstrap-models.service.js';
import { RecoverRunsService } from '../run/recover-runs.service.js';
import { approvals, approveAs, championOf as champion, expectWaiting, withTwoApprovers } from '../testing/approving.js';
import { installation } from '../testing/installation.js';
import { execute, ignorant, retrain, withChampion } from '../testing/loop.js';
import { ApproveDeploymentService } from './approve-deployment.service.js';
import { PromoteVersionService } from './promote-version.service.js';
import { RejectDeploymentService } from './reject-deployment.service.js';
import { RollbackService } from './rollback.service.js';

describe('a reload of the configuration in the middle', () => {
  it('lowering the quorum or the four eyes lets nothing through that was proposed before', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house, { actor: 'key:ann' });
    await approveAs(house, 'bob', id);
    await house.config.update(approvals(1, false), 'test');
    await house.get(RecoverRunsService).execute();
    await expectWaiting(house, id);
    await expect(approveAs(house, 'bob', id)).rejects.toMatchObject({ code: 'already_approved' });
    await expect(approveAs(house, 'ann', id)).rejects.toMatchObject({ code: 'self_approval' });
    await expectWaiting(house, id);
  });

  it('raising the quorum or switching four eyes on holds for what waits', async () => {
    const house = await withChampion();
    const { id } = await retrain(house, { actor: 'key:ann' });
    await house.config.update(approvals(3, true), 'test');
    await expect(approveAs(house, 'ann', id)).rejects.toMatchObject({ code: 'self_approval' });
    await approveAs(house, 'bob', id);
    await approveAs(house, 'eve', id);
    await expectWaiting(house, id);
    await approveAs(house, 'joe', id);
    expect(await champion(house)).toBe(2);
  });

  it('switching automatic deployment on never deploys what waits', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    await house.config.update({ enable_automatic_deployment: true }, 'test');
    await house.get(RecoverRunsService).execute();
    await execute(house, id);
    await expectWaiting(house, id);
  });

  it('switching automatic deployment on does not go around people who must agree', async () => {
    const house = await withTwoApprovers();
    await house.config.update({ enable_automatic_deployment: true }, 'test');
    const { id } = await retrain(house);
    await expectWaiting(house, id);
  });
});

describe('a way around', () => {
  it('is not the first training: where people must agree, a first champion waits too', async () => {
    const house = installation({ config: { min_validation_accuracy: 0, trainers: ignorant, ...approvals(1, true) } });
    await house.get(BootstrapModelsService).execute();
    const { id } = (await house.runs.active('coin'))!;
    expect((await execute(house, id)).status).toBe('awaiting_approval');
    expect(await champion(house)).toBeUndefined();
    await approveAs(house, 'ann', id);
    expect(await champion(house)).toBe(1);
  });

  it('is not a promotion by hand of the candidate that waits', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    const proposal = { model: 'coin', version: 2, actor: 'key:ann', reason: 'now' };
    expect((await house.get(PromoteVersionService).execute(proposal)).status).toBe('awaiting_approval');
    await expectWaiting(house, id);
  });

  it('is not a roll-back to a version that nobody let through, or that was taken back', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    const back = (version?: number) =>
      house.get(RollbackService).execute({ model: 'coin', version, actor: 'key:ann', reason: 'now' });
    await expect(back(2)).rejects.toMatchObject({ code: 'never_served' });
    await approveAs(house, 'bob', id);
    await approveAs(house, 'eve', id);
    expect((await back()).version).toBe(1);
    await expect(back(2)).rejects.toMatchObject({ code: 'never_served' });
    expect(await champion(house)).toBe(1);
  });

  it('a roll-back to the champion before stays one person away, with a name and a reason', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    await approveAs(house, 'bob', id);
    await approveAs(house, 'eve', id);
    const back = { model: 'coin', actor: 'key:ann', reason: 'complaints' };
    expect(await house.get(RollbackService).execute(back)).toMatchObject({ status: 'promoted', version: 1 });
    const [event] = await house.events.before(undefined, 1);
    expect(event).toMatchObject({
      type: 'deployment.rolled_back',
      actor: 'key:ann',
      payload: { reason: 'complaints' },
    });
  });

  it('a proposal by hand can be turned down, and then no approval counts', async () => {
    const house = await withTwoApprovers();
    await retrain(house);
    const proposal = { model: 'coin', version: 2, actor: 'key:ann', reason: 'mine' };
    const { id: deploymentId } = await house.get(PromoteVersionService).execute(proposal);
    const no = { deploymentId, actor: 'key:bob', reason: 'no' };
    expect((await house.get(RejectDeploymentService).execute(no)).deployment.status).toBe('rejected');
    await expect(house.get(ApproveDeploymentService).execute({ ...no, actor: 'key:eve' })).rejects.toMatchObject({
      code: 'deployment_not_awaiting_approval',
    });
  });
});
