import type { Approval } from '../../deployment/approval.js';
import { aDeployment, aModelVersion, anApproval } from '../builders.js';
import { countedId } from '../counting-ids.js';
import { at, racing, worldPerTest, type MakeWorld } from './contract-world.js';

/** What the rows of deployments promise. */
export function describeDeployments(name: string, make: MakeWorld): void {
  describe(`Deployments ${name}`, () => {
    const world = worldPerTest(make);
    const decision = { status: 'promoted', by: 'key:ann', reason: 'looks right', at: at('02T00:00:00') } as const;

    beforeEach(() => world().models.addVersion(aModelVersion()));

    it('come back as they were proposed', async () => {
      const proposal = aDeployment({
        ...{ runId: countedId(908), previousVersion: 1, expiresAt: at('04T00:00:00') },
        evidence: { gates: [{ gate: 'improvement', accepted: true }] },
      });
      const stored = await world().deployments.insert(proposal);
      expect(stored).toEqual({ ...proposal, createdAt: world().clock.now() });
      expect(await world().deployments.find(proposal.id)).toEqual(stored);
      expect(await world().deployments.ofRun(countedId(908))).toEqual(stored);
      expect(await world().deployments.withIds([proposal.id, countedId(907), 'not-an-id'])).toEqual([stored]);
      expect(await world().deployments.find('not-an-id')).toBeUndefined();
      expect(await world().deployments.ofRun('not-an-id')).toBeUndefined();
    });

    it('that wait are found by their version', async () => {
      await world().models.addVersion(aModelVersion());
      const waiting = await world().deployments.insert(aDeployment());
      const { id } = await world().deployments.insert(aDeployment());
      await world().deployments.decide(id, 'awaiting_approval', decision);
      await world().deployments.insert(aDeployment({ version: 2 }));
      expect(await world().deployments.awaiting('coin', 1)).toEqual([waiting]);
      expect(await world().deployments.awaiting('dice', 1)).toEqual([]);
    });

    it('of one run are one, however often and concurrently they are proposed', async () => {
      const proposals = await racing(10, () => world().deployments.insert(aDeployment({ runId: countedId(909) })));
      expect(new Set(proposals.map(({ id }) => id)).size).toBe(1);
      await world().deployments.insert(aDeployment());
      await world().deployments.insert(aDeployment());
      expect((await world().deployments.list('coin', { limit: 10 })).items).toHaveLength(3);
    });

    it('are decided once, from the state that was seen', async () => {
      const { id } = await world().deployments.insert(aDeployment());
      const answers = await racing(10, () => world().deployments.decide(id, 'awaiting_approval', decision));
      const won = answers.filter((deployment) => deployment !== undefined);
      expect(won).toHaveLength(1);
      const { status, by: decidedBy, reason: decisionReason, at: decidedAt } = decision;
      expect(won[0]).toMatchObject({ status, decidedBy, decisionReason, decidedAt });
      expect(await world().deployments.find(id)).toEqual(won[0]);
      const back = { ...decision, status: 'rolled_back' } as const;
      expect(await world().deployments.decide(id, 'rejected', back)).toBeUndefined();
      expect(await world().deployments.decide(id, 'promoted', back)).toMatchObject({ status: 'rolled_back' });
      expect(await world().deployments.decide('not-an-id', 'promoted', back)).toBeUndefined();
    });

    it('collect approvals, one per person, as long as they wait', async () => {
      const { unitOfWork, deployments } = world();
      const stored = await deployments.insert(aDeployment({ quorum: 2, fourEyes: true }));
      expect(stored).toMatchObject({ quorum: 2, fourEyes: true });
      const approve = (approval: Approval) => unitOfWork.transaction(() => deployments.approve(approval));
      const ann = anApproval(stored.id);
      const bob = anApproval(stored.id, { actor: 'key:bob', reason: 'me too', at: at('01T00:00:01') });
      expect(await approve(ann)).toEqual({ deployment: stored, approvals: [ann], added: true });
      expect(await approve({ ...ann, reason: 'again' })).toEqual({
        deployment: stored,
        approvals: [ann],
        added: false,
      });
      expect(await approve(bob)).toEqual({ deployment: stored, approvals: [ann, bob], added: true });
      const other = await deployments.insert(aDeployment());
      await approve(anApproval(other.id));
      expect(await deployments.approvals([stored.id])).toEqual([ann, bob]);
      expect(await deployments.approvals([stored.id, other.id])).toHaveLength(3);
      expect(await deployments.approvals([])).toEqual([]);
      await deployments.decide(stored.id, 'awaiting_approval', decision);
      expect(await approve(anApproval(stored.id, { actor: 'key:eve' }))).toBeUndefined();
      expect(await approve(anApproval('not-an-id'))).toBeUndefined();
      expect(await deployments.approvals([stored.id])).toHaveLength(2);
    });

    it('see every approval before, however many people approve at once', async () => {
      const { unitOfWork, deployments } = world();
      const { id } = await deployments.insert(aDeployment());
      const seen = await racing(8, (index) =>
        unitOfWork.transaction(() => deployments.approve(anApproval(id, { actor: `key:${index}` }))),
      );
      expect(seen.map((answer) => answer!.approvals.length).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    });

    it('are listed newest first, page by page', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 3; index++) ids.unshift((await world().deployments.insert(aDeployment())).id);
      const first = await world().deployments.list('coin', { limit: 2 });
      const second = await world().deployments.list('coin', { limit: 2, cursor: first.nextCursor });
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
      expect(second.nextCursor).toBeUndefined();
      expect((await world().deployments.list('other', { limit: 2 })).items).toEqual([]);
    });

    it('run out when they still wait at their end', async () => {
      const expiresAt = at('04T00:00:00');
      const waiting = await world().deployments.insert(aDeployment({ expiresAt }));
      const decided = await world().deployments.insert(aDeployment({ expiresAt }));
      await world().deployments.insert(aDeployment());
      await world().deployments.decide(decided.id, 'awaiting_approval', decision);
      expect(await world().deployments.expired(at('03T23:59:59.999'))).toEqual([]);
      expect((await world().deployments.expired(expiresAt)).map(({ id }) => id)).toEqual([waiting.id]);
    });
  });
}
