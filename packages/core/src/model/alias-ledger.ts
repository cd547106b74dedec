import { evidenceHash } from '../deployment/evidence-hash.js';
import { countedApprovals, type Approval } from '../deployment/approval.js';
import type { Deployment } from '../deployment/deployment.js';
import { canonicalJson, sha256 } from '../shared/canonical-json.js';
import type { AliasLedger, AliasMove } from './models.port.js';

/** What the audit of an alias found. */
export interface LedgerAudit {
  /** The last move that stands up to every check; undefined when there is none. */
  readonly head?: AliasMove;
  /** Whether that is the last move that there is: false when what follows it was never decided. */
  readonly current: boolean;
  /** What somebody has edited, in a sentence; undefined when nothing was. */
  readonly problem?: string;
  /** Whether only the alias row is wrong, which can be written anew from the ledger. */
  readonly mendable: boolean;
}

/** Hex sha256 over a move and the hash of the move before it. */
export function moveHash(move: Omit<AliasMove, 'id' | 'hash'>): string {
  const { movedAt, asOf, ...fields } = move;
  return sha256(canonicalJson({ ...fields, movedAt: movedAt.toISOString(), asOf: asOf.toISOString() }));
}

/**
 * Checks that the alias is what was decided, move by move.
 *
 * Every move must carry its own hash, follow the one before it, name a version whose artifact is still the one it was
 * moved to, and, for a champion, belong to a deployment that was let through by as many people as it needed.
 */
export function auditLedger(
  { moves, row }: AliasLedger,
  deployments: readonly Deployment[],
  approvals: readonly Approval[],
): LedgerAudit {
  const problems: string[] = [];
  let head: AliasMove | undefined;
  let before: AliasMove | undefined;
  let current = true;
  for (const { move, versionSha256 } of moves) {
    const wrong = moveProblem(move, versionSha256, deployments, approvals);
    const astray = linkProblem(move, before);
    for (const problem of [wrong, astray])
      if (problem) problems.push(`Move ${move.revision} of the ledger ${problem}.`);
    if (wrong === undefined) head = move;
    current = wrong === undefined;
    before = move;
  }
  const last = moves.at(-1)?.move;
  const differs = row?.version !== last?.version || row?.revision !== last?.revision;
  const mendable = differs && problems.length === 0;
  if (differs) {
    const shown = (at: { readonly version: number; readonly revision: number } | undefined) =>
      at ? `version ${at.version} (move ${at.revision})` : 'nothing';
    problems.push(`The alias row names ${shown(row)}, the ledger ${shown(last)}.`);
  }
  return { head, current, mendable, ...(problems.length > 0 ? { problem: problems.slice(0, 3).join(' ') } : {}) };
}

function linkProblem(move: AliasMove, before: AliasMove | undefined): string | undefined {
  const follows =
    move.previousHash === before?.hash &&
    move.previousVersion === before?.version &&
    move.revision === (before?.revision ?? 0) + 1;
  return follows ? undefined : 'does not follow the one before it: a move was changed, added or taken out';
}

function moveProblem(
  move: AliasMove,
  versionSha256: string | undefined,
  deployments: readonly Deployment[],
  approvals: readonly Approval[],
): string | undefined {
  const { hash, id: _, ...hashed } = move;
  if (moveHash(hashed) !== hash) return 'was changed';
  if (versionSha256 !== move.artifactSha256) return `moved to another artifact than version ${move.version} has now`;
  if (move.alias !== 'champion') return undefined;
  const deployment = deployments.find(({ id }) => id === move.deploymentId);
  if (!deployment) return 'belongs to no deployment';
  return deploymentProblem(move, deployment, approvals);
}

const neverPromoted: ReadonlySet<string> = new Set([
  ...['awaiting_approval', 'rolling_out', 'rejected', 'expired', 'superseded'],
]);

function deploymentProblem(
  move: AliasMove,
  deployment: Deployment,
  approvals: readonly Approval[],
): string | undefined {
  const { id, status, quorum, fourEyes } = deployment;
  if (neverPromoted.has(status)) return `belongs to deployment ${id}, which is ${status}`;
  const same = deployment.version === move.version && deployment.artifactSha256 === move.artifactSha256;
  if (!same || deployment.model !== move.model) return `belongs to deployment ${id}, which is about something else`;
  if (evidenceHash(deployment.evidence) !== deployment.evidenceHash)
    return `rests on changed evidence (deployment ${id})`;
  if (quorum === 1 && !fourEyes) return undefined;
  const own = approvals.filter(({ deploymentId }) => deploymentId === id);
  const { length: given } = countedApprovals(deployment, own, deployment, [deployment.requestedBy]);
  return given < quorum ? `has ${given} of ${quorum} approvals (deployment ${id})` : undefined;
}
