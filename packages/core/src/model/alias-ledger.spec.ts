import fc from 'fast-check';
import { evidenceHash } from '../deployment/evidence-hash.js';
import type { Approval } from '../deployment/approval.js';
import type { Deployment } from '../deployment/deployment.js';
import { aDeployment, anApproval } from '../testing/builders.js';
import { countedId } from '../testing/counting-ids.js';
import { auditLedger, moveHash } from './alias-ledger.js';
import type { AliasLedger, AliasMove } from './models.port.js';

const at = (day: number) => new Date(Date.UTC(2024, 0, day));
const shaOf = (version: number) => String(version).repeat(64).slice(0, 64);

interface History {
  readonly ledger: AliasLedger;
  readonly deployments: readonly Deployment[];
  readonly approvals: readonly Approval[];
}

/** A history of promotions, each with two approvals where `quorum` asks for them. */
function history(versions: readonly number[], quorum = 1): History {
  const moves: AliasMove[] = [];
  const deployments: Deployment[] = [];
  const approvals: Approval[] = [];
  versions.forEach((version, index) => {
    const evidence = { accuracy: version };
    const facts = { artifactSha256: shaOf(version), evidenceHash: evidenceHash(evidence) };
    const proposal = aDeployment({
      id: countedId(500 + index),
      version,
      evidence,
      ...facts,
      status: 'promoted',
      quorum,
    });
    deployments.push({ ...proposal, createdAt: at(1) });
    const people = Array.from({ length: quorum }, (_, person) => ({ ...facts, actor: `key:${person}` }));
    approvals.push(...people.map((own) => anApproval(proposal.id, own)));
    const before = moves.at(-1);
    const made = {
      ...{ model: 'coin', alias: 'champion' as const, version, revision: index + 1, artifactSha256: shaOf(version) },
      ...(before ? { previousVersion: before.version, previousHash: before.hash } : {}),
      ...{ deploymentId: proposal.id, actor: 'api', reason: 'better', movedAt: at(index + 1), asOf: at(index + 1) },
    };
    moves.push({ ...made, id: index + 1, hash: moveHash(made) });
  });
  const last = moves.at(-1);
  const row = last && { version: last.version, revision: last.revision };
  const beside = moves.map((move) => ({ move, versionSha256: shaOf(move.version) }));
  return { ledger: { moves: beside, ...(row ? { row } : {}) }, deployments, approvals };
}

const audit = ({ ledger, deployments, approvals }: History) => auditLedger(ledger, deployments, approvals);

/** The history with one of its moves replaced. */
function withMove({ ledger, ...rest }: History, index: number, edit: Partial<AliasMove>): History {
  const moves = ledger.moves.map((entry, at) =>
    at === index ? { ...entry, move: { ...entry.move, ...edit } } : entry,
  );
  return { ledger: { ...ledger, moves }, ...rest };
}

describe('the ledger of an alias', () => {
  it('is in order as it was written, and empty before the first move', () => {
    expect(audit(history([]))).toEqual({ head: undefined, current: true, mendable: false });
    const { head, current, problem } = audit(history([1, 2, 1, 3]));
    expect([head?.version, current, problem]).toEqual([3, true, undefined]);
  });

  it('names an alias row that was edited, added or taken away; it can be written anew', () => {
    const whole = history([1, 2]);
    for (const row of [{ version: 1, revision: 2 }, { version: 2, revision: 1 }, undefined]) {
      const { head, current, problem, mendable } = audit({ ...whole, ledger: { moves: whole.ledger.moves, row } });
      expect([head?.version, current, mendable]).toEqual([2, true, true]);
      expect(problem).toMatch(/^The alias row names .*, the ledger version 2 \(move 2\)\.$/);
    }
  });

  it('names any field of any move that was edited', () => {
    const whole = history([1, 2, 3]);
    const edits: readonly Partial<AliasMove>[] = [
      { version: 9 },
      { previousVersion: 9 },
      { revision: 9 },
      { artifactSha256: shaOf(9) },
      { deploymentId: countedId(9) },
      { actor: 'key:eve' },
      { reason: 'none' },
      { movedAt: at(20) },
      { asOf: at(20) },
      { previousHash: shaOf(9) },
      { hash: shaOf(9) },
    ];
    for (const index of [0, 1, 2]) {
      for (const edit of edits) expect([edit, audit(withMove(whole, index, edit)).problem]).not.toContain(undefined);
    }
  });

  it('is not led astray by a last move that was never decided: the one before is the last that was', () => {
    const whole = history([1, 2, 3]);
    const forged: Partial<AliasMove> = { deploymentId: undefined };
    const { id: _, hash: __, ...made } = { ...whole.ledger.moves[2]!.move, ...forged };
    const { head, current, problem } = audit(withMove(whole, 2, { ...forged, hash: moveHash(made) }));
    expect([head?.version, current]).toEqual([2, false]);
    expect(problem).toBe('Move 3 of the ledger belongs to no deployment.');
  });

  it.each<[string, (deployment: Deployment) => Deployment, RegExp]>([
    ['waits for approval', (row) => ({ ...row, status: 'awaiting_approval' }), /which is awaiting_approval/],
    ['was rejected', (row) => ({ ...row, status: 'rejected' }), /which is rejected/],
    ['is about another version', (row) => ({ ...row, version: 1 }), /about something else/],
    ['has other evidence', (row) => ({ ...row, evidence: {} }), /changed evidence/],
    ['lacks approvals', (row) => ({ ...row, quorum: 3 }), /has 2 of 3 approvals/],
  ])('does not count a move whose deployment %s', (_, edit, told) => {
    const whole = history([1, 2], 2);
    expect(audit(whole).problem).toBeUndefined();
    const deployments = [whole.deployments[0]!, edit(whole.deployments[1]!)];
    const { head, current, problem } = audit({ ...whole, deployments });
    expect([head?.version, current]).toEqual([1, false]);
    expect(problem).toMatch(told);
  });

  it('does not count approvals that were taken away, or given for something else', () => {
    const whole = history([1, 2], 2);
    expect(audit({ ...whole, approvals: whole.approvals.slice(0, 3) }).problem).toMatch(/has 1 of 2 approvals/);
    const [last] = whole.approvals.slice(-1);
    const elsewhere = [...whole.approvals.slice(0, 3), { ...last!, evidenceHash: shaOf(7) }];
    expect(audit({ ...whole, approvals: elsewhere }).current).toBe(false);
  });

  it('names a version whose artifact is another one now', () => {
    const { ledger, ...rest } = history([1, 2]);
    const moves = ledger.moves.map((entry) => ({ ...entry, versionSha256: shaOf(7) }));
    expect(audit({ ledger: { ...ledger, moves }, ...rest })).toMatchObject({ current: false, head: undefined });
  });

  it('finds every move that is taken out, doubled or put elsewhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 12 }),
        fc.nat(),
        fc.constantFrom('take out', 'double', 'swap'),
        (versions, where, how) => {
          const { ledger, ...rest } = history(versions);
          const index = where % (versions.length - 1);
          const moves = [...ledger.moves];
          const [entry] = moves.splice(index, 1);
          if (how === 'double') moves.splice(index, 0, entry!, entry!);
          if (how === 'swap') moves.splice(index + 1, 0, entry!);
          expect(audit({ ledger: { ...ledger, moves }, ...rest }).problem).toBeDefined();
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });
});
