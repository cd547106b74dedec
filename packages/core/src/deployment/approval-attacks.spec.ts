import { RecoverRunsService } from '../run/recover-runs.service.js';
import { CancelRunService } from '../run/cancel-run.service.js';
import { approvals, approveAs, championOf as champion, expectWaiting, withTwoApprovers } from '../testing/approving.js';
import { FakeClock } from '../testing/fake-clock.js';
import type { Installation } from '../testing/installation.js';
import { eventsOf, execute, request, retrain, withChampion } from '../testing/loop.js';
import { Mortal } from '../testing/mortal.js';
import { ApproveDeploymentService } from './approve-deployment.service.js';
import { ApproveRunService } from './approve-run.service.js';
import type { Deployment } from './deployment.js';
import { evidenceHash as hashOf } from './evidence-hash.js';
import { PromoteVersionService } from './promote-version.service.js';
import { RejectRunService } from './reject-run.service.js';

/** Small enough to be played a hundred times. */
const quick = {
  evaluation: { min_rows: 40, max_rows: 40, blocks: 1 },
  gates: ['minimum_score', 'parity'].map((use) => ({ use, with: {} })),
  training_data_from: '2020-06-10',
};

const deploymentOf = async (house: Installation, runId: string) => (await house.deployments.ofRun(runId))!;
const votesOf = async (house: Installation, runId: string) =>
  (await house.deployments.approvals([(await deploymentOf(house, runId)).id])).map(({ actor }) => actor);

/** The rows of a deployment read as if somebody had edited them, also while they are held. */
function edited(house: Installation, edit: (deployment: Deployment) => Deployment): void {
  const { deployments } = house;
  const [find, ofRun, approve] = [deployments.find, deployments.ofRun, deployments.approve].map((method) =>
    (method as (...given: never[]) => Promise<never>).bind(deployments),
  ) as unknown as [typeof deployments.find, typeof deployments.ofRun, typeof deployments.approve];
  const changed = (found: Deployment | undefined) => found && edit(found);
  deployments.find = async (id) => changed(await find(id));
  deployments.ofRun = async (runId) => changed(await ofRun(runId));
  deployments.approve = async (approval) => {
    const answer = await approve(approval);
    return answer && { ...answer, deployment: edit(answer.deployment) };
  };
}

describe('a quorum', () => {
  it('promotes with the last approval it needs, and says who gave them', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    const first = await approveAs(house, 'ann', id);
    expect(first.deployment.status).toBe('awaiting_approval');
    await expectWaiting(house, id);
    const second = await approveAs(house, 'bob', id);
    expect(second).toMatchObject({ run: { status: 'deployed' }, deployment: { status: 'promoted', quorum: 2 } });
    expect(second.approvals.map(({ actor, reason }) => [actor, reason])).toEqual([
      ['key:ann', 'ann agrees'],
      ['key:bob', 'bob agrees'],
    ]);
    expect(await champion(house)).toBe(2);
    expect((await eventsOf(house, id)).slice(-5)).toEqual([
      ...['approval.given', 'approval.given', 'deployment.approved', 'deployment.promoted', 'run.completed'],
    ]);
  });

  it('of two last approvals given at once promotes exactly once', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    const answers = await Promise.all([approveAs(house, 'ann', id), approveAs(house, 'bob', id)]);
    expect(answers.map(({ deployment }) => deployment.status).sort()).toEqual(['awaiting_approval', 'promoted']);
    expect((await house.models.aliasMoves('coin', 'champion', { limit: 9 })).items).toHaveLength(2);
  });

  it('is ended by one no, whoever has approved before', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    await approveAs(house, 'ann', id);
    await house.get(RejectRunService).execute({ runId: id, actor: 'key:eve', reason: 'no' });
    await expect(approveAs(house, 'bob', id)).rejects.toMatchObject({ code: 'run_not_awaiting_approval' });
    expect(await champion(house)).toBe(1);
  });
});

describe('replay', () => {
  it('the same approval twice counts once', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    await approveAs(house, 'ann', id);
    await expect(approveAs(house, 'ann', id)).rejects.toMatchObject({ kind: 'conflict', code: 'already_approved' });
    expect(await votesOf(house, id)).toEqual(['key:ann']);
    await expectWaiting(house, id);
  });

  it('the same approval ten times at once counts once', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => approveAs(house, 'ann', id)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await votesOf(house, id)).toEqual(['key:ann']);
    await expectWaiting(house, id);
  });

  it('approvals of one candidate do not count for the next', async () => {
    const house = await withTwoApprovers();
    const older = await retrain(house);
    await approveAs(house, 'ann', older.id);
    const newer = await retrain(house);
    await approveAs(house, 'bob', newer.id);
    await expectWaiting(house, newer.id);
    await expect(approveAs(house, 'bob', older.id)).rejects.toMatchObject({ kind: 'conflict' });
  });
});

describe('self-approval', () => {
  it('who asked for the run cannot approve it', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house, { actor: 'key:ann' });
    await expect(approveAs(house, 'ann', id)).rejects.toMatchObject({ kind: 'forbidden', code: 'self_approval' });
    await approveAs(house, 'bob', id);
    await expectWaiting(house, id);
    await approveAs(house, 'eve', id);
    expect(await champion(house)).toBe(2);
  });

  it('who proposed a version by hand cannot approve it', async () => {
    const house = await withTwoApprovers();
    await house.config.update(approvals(1, true), 'test');
    await retrain(house);
    const proposal = { model: 'coin', version: 2, actor: 'key:ann', reason: 'mine' };
    const { id: deploymentId, status } = await house.get(PromoteVersionService).execute(proposal);
    expect(status).toBe('awaiting_approval');
    expect(await champion(house)).toBe(1);
    const approve = (actor: string) =>
      house.get(ApproveDeploymentService).execute({ deploymentId, actor, reason: 'fine' });
    await expect(approve('key:ann')).rejects.toMatchObject({ code: 'self_approval' });
    await approve('key:bob');
    expect(await champion(house)).toBe(2);
  });

  it('who acts without a key of his own is nobody that can be counted', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    const approval = { runId: id, actor: 'api', reason: 'trust me' };
    await expect(house.get(ApproveRunService).execute(approval)).rejects.toMatchObject({
      kind: 'forbidden',
      code: 'approver_unknown',
    });
    await expectWaiting(house, id);
  });
});

describe('changed evidence', () => {
  it('is refused when the person was shown other evidence or another artifact', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    const { evidenceHash, artifactSha256 } = await deploymentOf(house, id);
    const other = 'f'.repeat(64);
    await expect(approveAs(house, 'ann', id, { evidenceHash: other })).rejects.toMatchObject({
      code: 'evidence_changed',
      details: { evidence_hash: evidenceHash },
    });
    await expect(approveAs(house, 'ann', id, { artifactSha256: other })).rejects.toMatchObject({
      code: 'artifact_changed',
    });
    expect(await votesOf(house, id)).toEqual([]);
    await approveAs(house, 'ann', id, { evidenceHash, artifactSha256 });
    await expectWaiting(house, id);
  });

  it('after the first approval keeps the second from promoting', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    await approveAs(house, 'ann', id);
    edited(house, (deployment) => ({ ...deployment, evidence: { verdicts: ['all fine'] } }));
    await expect(approveAs(house, 'bob', id)).rejects.toMatchObject({ code: 'evidence_changed' });
    await expectWaiting(house, id);
  });

  it('together with its hash makes the approvals given before worthless', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    await approveAs(house, 'ann', id);
    const evidence = { verdicts: ['all fine'] };
    edited(house, (deployment) => ({ ...deployment, evidence, evidenceHash: hashOf(evidence) }));
    const { approvals: counted } = await approveAs(house, 'bob', id);
    expect(counted.map(({ actor }) => actor)).toEqual(['key:bob']);
    await expectWaiting(house, id);
  });
});

describe('a changed artifact', () => {
  it('on disk is never promoted, though everybody has agreed', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    await approveAs(house, 'ann', id);
    house.artifacts.corrupt((await house.models.version('coin', 2))!.artifact.uri);
    await expect(approveAs(house, 'bob', id)).rejects.toMatchObject({ code: 'artifact_corrupt' });
    await expectWaiting(house, id);
  });

  it('in the row of the version is not the one that was judged', async () => {
    const house = await withTwoApprovers();
    const { id } = await retrain(house);
    await approveAs(house, 'ann', id);
    const version = house.models.version.bind(house.models);
    const first = (await version('coin', 1))!;
    house.models.version = async (model, number) => ({ ...(await version(model, number))!, artifact: first.artifact });
    await expect(approveAs(house, 'bob', id)).rejects.toMatchObject({ code: 'artifact_changed' });
    house.models.version = version;
    await expectWaiting(house, id);
  });
});

describe('expiry', () => {
  it('holds to the millisecond', async () => {
    for (const [late, waits] of [
      [-1, true],
      [0, false],
    ] as const) {
      const house = await withChampion();
      const { id } = await retrain(house);
      const { expiresAt } = await deploymentOf(house, id);
      house.clock.set(new Date(expiresAt!.getTime() + late));
      if (waits) expect((await approveAs(house, 'ann', id)).run.status).toBe('deployed');
      else await expect(approveAs(house, 'ann', id)).rejects.toMatchObject({ code: 'approval_expired' });
    }
  });

  it('between the look and the promotion counts too', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    const { expiresAt } = await deploymentOf(house, id);
    house.clock.set(new Date(expiresAt!.getTime() - 1));
    const version = house.models.version.bind(house.models);
    house.models.version = (...given) => {
      house.clock.set(expiresAt!);
      return version(...given);
    };
    await expect(approveAs(house, 'ann', id)).rejects.toMatchObject({ code: 'approval_expired' });
    expect(await votesOf(house, id)).toEqual([]);
    await expectWaiting(house, id);
  });

  it('by a clock ahead is final for a process whose clock is behind', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    const { expiresAt } = await deploymentOf(house, id);
    const behind = house.process({ clock: new FakeClock(new Date(expiresAt!.getTime() - 5_000)) });
    const ahead = house.process({ clock: new FakeClock(expiresAt) });
    await ahead(RecoverRunsService).execute();
    const approval = { runId: id, actor: 'key:ann', reason: 'still time here' };
    await expect(behind(ApproveRunService).execute(approval)).rejects.toMatchObject({
      code: 'run_not_awaiting_approval',
    });
    expect((await deploymentOf(house, id)).status).toBe('expired');
    expect(await champion(house)).toBe(1);
  });

  it('by a clock ahead refuses there and takes nothing from a process whose clock is behind', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    const { expiresAt } = await deploymentOf(house, id);
    const approval = { runId: id, actor: 'key:ann', reason: 'agreed' };
    const ahead = house.process({ clock: new FakeClock(expiresAt) });
    await expect(ahead(ApproveRunService).execute(approval)).rejects.toMatchObject({ code: 'approval_expired' });
    await expectWaiting(house, id);
    const behind = house.process({ clock: new FakeClock(new Date(expiresAt!.getTime() - 5_000)) });
    expect((await behind(ApproveRunService).execute(approval)).run.status).toBe('deployed');
  });

  it('of a promotion proposed by hand deploys nothing either', async () => {
    const house = await withTwoApprovers();
    await retrain(house);
    const proposal = { model: 'coin', version: 2, actor: 'key:ann', reason: 'mine' };
    const { id: deploymentId } = await house.get(PromoteVersionService).execute(proposal);
    const approve = (actor: string) =>
      house.get(ApproveDeploymentService).execute({ deploymentId, actor, reason: 'fine' });
    await approve('key:bob');
    house.clock.advance({ hours: 72 });
    await house.get(RecoverRunsService).execute();
    await expect(approve('key:eve')).rejects.toMatchObject({ code: 'deployment_not_awaiting_approval' });
    expect(await champion(house)).toBe(1);
  });
});

describe('a race', () => {
  it('of approval, rejection, cancelling and a newer candidate has one winner', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    const next = await request(house);
    const why = { actor: 'key:eve', reason: 'no' };
    const answers = await Promise.allSettled([
      approveAs(house, 'ann', id),
      house
        .process()(RejectRunService)
        .execute({ runId: id, ...why }),
      house
        .process()(CancelRunService)
        .execute({ runId: id, ...why }),
      execute(house, next.id),
    ]);
    const decided = answers.slice(0, 3).filter(({ status }) => status === 'fulfilled');
    expect(decided.length).toBeLessThanOrEqual(1);
    const { status } = (await house.runs.find(id))!;
    expect(['deployed', 'rejected', 'cancelled']).toContain(status);
    expect(await champion(house)).toBe(status === 'deployed' ? 2 : 1);
  });
});

describe('a restart', () => {
  it.each(['before', 'after'] as const)(
    'at any call of the deciding approval, %s it took effect, leaves either both approvals and the promotion or neither',
    async (when) => {
      for (let dieAt = when === 'before' ? 1 : 2; ; dieAt += 2) {
        const house = await withTwoApprovers({ config: quick });
        const { id } = await retrain(house);
        await approveAs(house, 'ann', id);
        const mortal = new Mortal(dieAt, when);
        const approval = { runId: id, actor: 'key:bob', reason: 'agreed' };
        await house
          .mortalProcess(mortal)(ApproveRunService)
          .execute(approval)
          .catch(() => undefined);
        if (!mortal.dead) {
          expect(dieAt).toBeGreaterThan(10);
          return;
        }
        const promoted = (await champion(house)) === 2;
        expect(await votesOf(house, id)).toEqual(promoted ? ['key:ann', 'key:bob'] : ['key:ann']);
        expect((await house.runs.find(id))?.status).toBe(promoted ? 'deployed' : 'awaiting_approval');
        if (!promoted) await approveAs(house, 'bob', id);
        await house.get(RecoverRunsService).execute();
        expect((await house.models.aliasMoves('coin', 'champion', { limit: 9 })).items).toHaveLength(2);
        expect((await eventsOf(house, id)).filter((type) => type === 'deployment.promoted')).toHaveLength(1);
      }
    },
    120_000,
  );
});
