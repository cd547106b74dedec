import type { Command } from 'commander';
import { withQuery } from '../http/api-client.js';
import { action, type CommandContext } from './context.js';
import { modelName } from './model-name.js';

/** A deployment as the gateway tells of it. */
export interface DeploymentView {
  readonly id: string;
  readonly version: number;
  readonly run_id?: string | null;
  readonly kind: string;
  readonly status: string;
  readonly quorum: number;
  readonly four_eyes: boolean;
  readonly approvals: readonly { readonly actor: string; readonly at: string }[];
  readonly requested_by: string;
  readonly decided_by?: string | null;
  readonly evidence_hash: string;
  readonly expires_at?: string | null;
  readonly created_at: string;
}

export interface ApproveGiven {
  readonly reason: string;
  readonly evidenceHash?: string;
  readonly artifactSha256?: string;
  readonly deployment?: boolean;
}

/** What `approve` may be told beside what it approves. */
export function approveOptions(command: Command): Command {
  return command
    .option('--reason <reason>', 'why', 'approve from the command line')
    .option('--evidence-hash <sha256>', 'the evidence you were shown; refused when something else waits')
    .option('--artifact-sha256 <sha256>', 'the artifact you were shown; refused when something else waits')
    .option('--deployment', 'the id names a deployment, not a run');
}

export function approvalBody({ reason, evidenceHash, artifactSha256 }: ApproveGiven) {
  return { reason, evidence_hash: evidenceHash, artifact_sha256: artifactSha256 };
}

export async function deploymentPath(context: CommandContext, id: string): Promise<string> {
  return `/models/${encodeURIComponent(await modelName(context))}/deployments/${encodeURIComponent(id)}`;
}

/** What became of a proposal, in one line. */
export function toldDeployment({ id, version, status, quorum, approvals }: DeploymentView): string {
  if (status !== 'awaiting_approval') return `Deployment ${id} of version ${version} is ${status}.`;
  const people = approvals.map(({ actor }) => actor).join(', ') || 'nobody yet';
  return `Version ${version} waits: ${approvals.length} of ${quorum} approvals (${people}). Deployment ${id}.`;
}

export function addDeploymentCommands(program: Command): void {
  program
    .command('deployments')
    .description('list proposals, promotions and roll-backs, with who approved them')
    .option('--limit <n>', 'how many', '20')
    .action(
      action(async (context, given: { limit: string }) => {
        const { api, output } = context;
        const path = `/models/${encodeURIComponent(await modelName(context))}/deployments`;
        const page = await api.get<{ items: readonly DeploymentView[] }>(withQuery(path, { limit: given.limit }));
        output.result(page, () =>
          output.table(
            ['deployment', 'version', 'kind', 'status', 'asked by', 'approved by', 'needs', 'decided by', 'evidence'],
            page.items.map((item) => [
              item.id,
              item.version,
              item.kind,
              item.status,
              item.requested_by,
              item.approvals.map(({ actor }) => actor),
              `${item.quorum}${item.four_eyes ? ', four eyes' : ''}`,
              item.decided_by,
              item.evidence_hash.slice(0, 12),
            ]),
          ),
        );
      }),
    );
}
