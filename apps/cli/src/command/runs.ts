import type { Command } from 'commander';
import { withQuery } from '../http/api-client.js';
import {
  approvalBody,
  approveOptions,
  deploymentPath,
  toldDeployment,
  type ApproveGiven,
  type DeploymentView,
} from './approvals.js';
import { action } from './context.js';
import { followRun } from './follow-run.js';

export interface RunView {
  readonly id: string;
  readonly model: string;
  readonly status: string;
  readonly stage?: string | null;
  readonly triggers: readonly string[];
  readonly as_of: string;
  readonly requested_at: string;
  readonly finished_at?: string | null;
  readonly candidate_version?: number | null;
  readonly failure?: { readonly message: string } | null;
  readonly deployment?: DeploymentView | null;
}

export function addRunCommands(program: Command): void {
  program
    .command('runs [id]')
    .description('list runs, or show the report of one')
    .option('--limit <n>', 'how many', '20')
    .option('--follow', 'stay, and tell what happens to the run until it comes to rest', false)
    .action(
      action(async ({ api, output, options }, id: string | undefined, given: { limit: string; follow: boolean }) => {
        if (given.follow) return followRun(api, output, id);
        if (id !== undefined) {
          const path = `/retraining/runs/${encodeURIComponent(id)}`;
          if (output.json) output.result(await api.get(path), () => undefined);
          else {
            const report = await api.text(`${path}/report`, 'text/markdown');
            output.line(process.stdout.isTTY ? readable(report) : report);
          }
          return;
        }
        const page = await api.get<{ items: readonly RunView[] }>(
          withQuery('/retraining/runs', { model: options.model, limit: given.limit }),
        );
        output.result(page, () =>
          output.table(
            ['run', 'status', 'triggers', 'as of', 'requested', 'version', 'failure'],
            page.items.map((run) => [
              run.id,
              run.stage && run.status === 'running' ? `running: ${run.stage}` : run.status,
              run.triggers,
              run.as_of,
              run.requested_at,
              run.candidate_version,
              run.failure?.message,
            ]),
          ),
        );
      }),
    );

  approveOptions(
    program
      .command('approve <id>')
      .description('approve a run that waits for people, or a promotion that was proposed by hand'),
  ).action(
    action(async (context, id: string, given: ApproveGiven) => {
      const { api, output } = context;
      if (given.deployment) {
        const path = await deploymentPath(context, id);
        const answer = await api.post<DeploymentView>(`${path}/approve`, approvalBody(given));
        output.result(answer, () => output.line(toldDeployment(answer)));
        return;
      }
      const answer = await api.post<RunView>(`/retraining/runs/${encodeURIComponent(id)}/approve`, approvalBody(given));
      output.result(answer, () => {
        const waiting = answer.status === 'awaiting_approval' && answer.deployment;
        output.line(waiting ? toldDeployment(waiting) : `Run ${id} is ${answer.status}.`);
      });
    }),
  );

  program
    .command('reject <id>')
    .description('turn down a run that waits for people, or a promotion that was proposed by hand')
    .option('--reason <reason>', 'why', 'reject from the command line')
    .option('--deployment', 'the id names a deployment, not a run')
    .action(
      action(async (context, id: string, { reason, deployment }: { reason: string; deployment?: boolean }) => {
        const { api, output } = context;
        if (deployment) {
          const answer = await api.post<DeploymentView>(`${await deploymentPath(context, id)}/reject`, { reason });
          output.result(answer, () => output.line(toldDeployment(answer)));
          return;
        }
        const answer = await api.post<RunView>(`/retraining/runs/${encodeURIComponent(id)}/reject`, { reason });
        output.result(answer, () => output.line(`Run ${id} is ${answer.status}.`));
      }),
    );

  program
    .command('cancel <run>')
    .description('cancel a run in any stage')
    .option('--reason <reason>', 'why', 'cancel from the command line')
    .action(
      action(async ({ api, output }, run: string, given: { reason: string }) => {
        const { status, ...answer } = await api.post<RunView>(
          `/retraining/runs/${encodeURIComponent(run)}/cancel`,
          given,
        );
        const asked = `Run ${run} is asked to stop; its trainer ends it in a moment.`;
        output.result({ ...answer, status }, () =>
          output.line(status === 'running' ? asked : `Run ${run} is ${status}.`),
        );
      }),
    );
}

/** Markdown as people read it in a terminal: without the backslashes that protect names from a renderer. */
function readable(markdown: string): string {
  return markdown.replace(/\\(?=[\\`*_{}[\]<>#|~])/g, '');
}
