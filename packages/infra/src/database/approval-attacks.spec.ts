import {
  ApproveRunService,
  CancelRunService,
  ExecuteRunService,
  ExpireApprovalsService,
  RejectRunService,
} from '@retrain/core';
import {
  approveAs,
  execute,
  FakeClock,
  Mortal,
  request,
  retrain,
  withTwoApprovers,
  type Installation,
} from '@retrain/core/testing';
import { InstallationsOnPostgres } from '../testing/installations-on-postgres.js';

const why = { actor: 'key:eve', reason: 'tested' };
let postgres: InstallationsOnPostgres;

beforeAll(async () => {
  postgres = await InstallationsOnPostgres.open();
}, 60_000);

afterAll(() => postgres.close());

const champion = async (house: Installation) => (await house.models.alias('coin', 'champion'))?.version;
const movesOf = async (house: Installation) =>
  (await house.models.aliasMoves('coin', 'champion', { limit: 9 })).items.length;

describe('a quorum on Postgres', () => {
  it('is reached by exactly one of the last approvals, however many come at once, and nobody counts twice', async () => {
    for (let round = 0; round < 3; round++) {
      const house = await postgres.begin({}, withTwoApprovers);
      const { id } = await retrain(house);
      const approvals = ['ann', 'ann', 'ann', 'bob', 'bob', 'eve'].map((person) => approveAs(house, person, id));
      const answers = await Promise.allSettled(approvals);
      const promoted = answers.filter(
        (answer) => answer.status === 'fulfilled' && answer.value.deployment.status === 'promoted',
      );
      expect(promoted).toHaveLength(1);
      const { id: deploymentId } = (await house.deployments.ofRun(id))!;
      const voters = (await house.deployments.approvals([deploymentId])).map(({ actor }) => actor);
      expect(new Set(voters).size).toBe(2);
      expect(voters).toHaveLength(2);
      expect([await champion(house), await movesOf(house)]).toEqual([2, 2]);
    }
  }, 60_000);

  it('is not reached by one person from ten processes', async () => {
    const house = await postgres.begin({}, withTwoApprovers);
    const { id } = await retrain(house);
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => approveAs(house, 'ann', id)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect([await champion(house), (await house.runs.find(id))?.status]).toEqual([1, 'awaiting_approval']);
  });

  it('given by a process that is killed at any call leaves all of it or nothing', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let dieAt = 2; ; dieAt += 4) {
        const house = await postgres.begin({}, withTwoApprovers);
        const { id } = await retrain(house);
        await approveAs(house, 'ann', id);
        const mortal = new Mortal(dieAt, when);
        const approval = { runId: id, actor: 'key:bob', reason: 'agreed' };
        await house
          .mortalProcess(mortal)(ApproveRunService)
          .execute(approval)
          .catch(() => undefined);
        if (!mortal.dead) break;
        const { id: deploymentId } = (await house.deployments.ofRun(id))!;
        const voters = await house.deployments.approvals([deploymentId]);
        const promoted = (await champion(house)) === 2;
        expect(voters).toHaveLength(promoted ? 2 : 1);
        if (!promoted) await approveAs(house, 'bob', id);
        expect([await champion(house), await movesOf(house)]).toEqual([2, 2]);
      }
    }
  }, 60_000);
});

describe('a race on Postgres', () => {
  it('of approval, rejection, cancelling, expiry and a newer candidate has one winner and no deadlock', async () => {
    for (let round = 0; round < 6; round++) {
      const house = await postgres.begin();
      const { id } = await retrain(house);
      const next = await request(house);
      const { expiresAt } = (await house.deployments.ofRun(id))!;
      const late = house.process({ clock: new FakeClock(expiresAt) });
      const [approved, rejected, cancelled, expired, superseding] = await Promise.allSettled([
        approveAs(house, 'ann', id),
        house
          .process()(RejectRunService)
          .execute({ runId: id, ...why }),
        house
          .process()(CancelRunService)
          .execute({ runId: id, ...why }),
        late(ExpireApprovalsService).execute(),
        execute(house, next.id),
      ]);
      const decisions = [approved, rejected, cancelled];
      for (const answer of decisions) {
        if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ kind: 'conflict' });
      }
      expect([expired.status, superseding.status]).toEqual(['fulfilled', 'fulfilled']);
      const { status } = (await house.runs.find(id))!;
      const won = decisions.filter((answer) => answer.status === 'fulfilled').length;
      expect(won).toBeLessThanOrEqual(1);
      if (won === 0) expect(status).toBe('rejected');
      expect(approved.status === 'fulfilled').toBe(status === 'deployed');
      expect(await champion(house)).toBe(status === 'deployed' ? 2 : 1);
    }
  }, 120_000);

  it('between the deciding approval and a newer candidate leaves no half-approved promotion', async () => {
    for (let round = 0; round < 4; round++) {
      const house = await postgres.begin({}, withTwoApprovers);
      const { id } = await retrain(house);
      await approveAs(house, 'ann', id);
      const next = await request(house);
      const [approved] = await Promise.allSettled([
        approveAs(house, 'bob', id),
        house.process()(ExecuteRunService).execute(next.id, new AbortController().signal),
      ]);
      const promoted = approved.status === 'fulfilled';
      expect((await house.runs.find(id))?.status).toBe(promoted ? 'deployed' : 'rejected');
      expect(await champion(house)).toBe(promoted ? 2 : 1);
      expect((await house.runs.find(next.id))?.failure).toBeUndefined();
    }
  }, 60_000);
});
