import { forbidden } from '../shared/errors.js';
import type { Deployment } from './deployment.js';

/** How many people must let a proposal through, and whether who asked for it may be one of them. */
export interface ApprovalRules {
  /** Different people who must approve; at least 1. */
  readonly quorum: number;
  /** Nobody approves what he has asked for himself. */
  readonly fourEyes: boolean;
}

/** One person's yes to a proposal, bound to exactly what that person was shown. */
export interface Approval {
  readonly deploymentId: string;
  /** `key:<name>`, or `api` where no key is configured; one per deployment. */
  readonly actor: string;
  readonly reason: string;
  /** Hex sha256 of the artifact that was approved. */
  readonly artifactSha256: string;
  /** Hex sha256 of the evidence that was approved. */
  readonly evidenceHash: string;
  readonly at: Date;
}

/** The rules of a configuration. */
export function approvalRulesOf({ deployment }: { readonly deployment: ConfiguredRules }): ApprovalRules {
  return { quorum: deployment.approvals.quorum, fourEyes: deployment.approvals.four_eyes };
}

interface ConfiguredRules {
  readonly approvals: { readonly quorum: number; readonly four_eyes: boolean };
}

/**
 * The rules that hold for what waits: those it was proposed under and those in force now, whichever asks for more. A
 * configuration that is relaxed in the meantime therefore lets nothing through that was proposed before.
 */
export function stricterRules(a: ApprovalRules, b: ApprovalRules): ApprovalRules {
  return { quorum: Math.max(a.quorum, b.quorum), fourEyes: a.fourEyes || b.fourEyes };
}

/** Whether one person alone cannot decide. */
export function needsSecondPerson({ quorum, fourEyes }: ApprovalRules): boolean {
  return quorum > 1 || fourEyes;
}

/** Whether an actor can be told apart from others: only who acts with a key of his own can. */
export function isPerson(actor: string): boolean {
  return actor.startsWith('key:');
}

/**
 * Throws what keeps the actor from approving, both `forbidden`: `approver_unknown` for somebody without a key where people
 * are counted or told apart, `self_approval` for who asked for it under four eyes.
 */
export function refuseApprover(actor: string, rules: ApprovalRules, requesters: readonly string[]): void {
  if (needsSecondPerson(rules) && !isPerson(actor)) {
    const told = `This deployment needs ${rulesInWords(rules)}, but "${actor}" could be anybody.`;
    throw forbidden('approver_unknown', `${told} Configure api_keys, one per person, and approve with your own.`);
  }
  if (rules.fourEyes && requesters.includes(actor)) {
    const told = `${actor} asked for this deployment and cannot approve it (deployment.approvals.four_eyes).`;
    throw forbidden('self_approval', `${told} Somebody else must.`);
  }
}

/** The approvals that count: for exactly this artifact and evidence, by people whom the rules admit, one per person. */
export function countedApprovals(
  deployment: Pick<Deployment, 'artifactSha256' | 'evidenceHash'>,
  approvals: readonly Approval[],
  rules: ApprovalRules,
  requesters: readonly string[],
): readonly Approval[] {
  const counted = new Map<string, Approval>();
  for (const approval of approvals) {
    const same =
      approval.artifactSha256 === deployment.artifactSha256 && approval.evidenceHash === deployment.evidenceHash;
    const admitted = !needsSecondPerson(rules) || isPerson(approval.actor);
    const own = rules.fourEyes && requesters.includes(approval.actor);
    if (same && admitted && !own && !counted.has(approval.actor)) counted.set(approval.actor, approval);
  }
  return [...counted.values()];
}

/** `2 approvals by people other than who asked for it` */
export function rulesInWords({ quorum, fourEyes }: ApprovalRules): string {
  const approvals = quorum === 1 ? 'an approval' : `${quorum} approvals`;
  return `${approvals}${fourEyes ? ' by people other than who asked for it' : ''}`;
}
