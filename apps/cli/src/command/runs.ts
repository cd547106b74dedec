import type { Command } from 'commander';
import { withQuery } from '../http/api-client.js';
import { action } from './context.js';

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
}

const endings = ['approve', 'reject', 'cancel'] as const;

export function addRunCommands(program: Command): void {
  program
    .command('runs [id]')
    .description('list runs, or show the report of one')
    .option('--limit <n>', 'how many', '20')
    .action(
      action(async ({ api, output, options }, id: string | undefined, given: { limit: string }) => {
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

  for (const verb of endings) {
    program
      .command(`${verb} <run>`)
      .description(`${verb} a run${verb === 'cancel' ? ' in any stage' : ' that waits for a person'}`)
      .option('--reason <reason>', 'why', `${verb} from the command line`)
      .action(
        action(async ({ api, output }, run: string, given: { reason: string }) => {
          const answer = await api.post<RunView>(`/retraining/runs/${encodeURIComponent(run)}/${verb}`, given);
          output.result(answer, () => output.line(told(verb, run, answer.status)));
        }),
      );
  }
}

function told(verb: (typeof endings)[number], run: string, status: string): string {
  if (verb === 'cancel' && status === 'running') {
    return `Run ${run} is asked to stop; its trainer ends it at the next moment it can.`;
  }
  return `Run ${run} is ${status}.`;
}

/** Markdown as people read it in a terminal: without the backslashes that protect names from a renderer. */
function readable(markdown: string): string {
  return markdown.replace(/\\(?=[\\`*_{}[\]<>#|~])/g, '');
}
