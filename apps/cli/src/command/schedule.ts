import type { Command } from 'commander';
import { withQuery } from '../http/api-client.js';
import { formatCell } from '../output/output.js';
import { action } from './context.js';

export interface RetrainingStatus {
  readonly is_running: boolean;
  readonly retraining_in_progress: boolean;
  readonly last_check_time: string | null;
  readonly last_retraining_time: string | null;
  readonly prediction_count_since_retraining: number;
  readonly days_since_last_retraining: number | null;
  readonly total_trigger_events: number;
  readonly next_check_time: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly current_run: { readonly id: string; readonly status: string; readonly stage?: string } | null;
  readonly pending_approval: { readonly run_id: string; readonly version: number } | null;
  readonly circuit: { readonly state: string; readonly open_until: string | null; readonly reason: string };
  readonly champion: { readonly version: number } | null;
}

export function addScheduleCommands(program: Command): void {
  for (const verb of ['start', 'stop'] as const) {
    program
      .command(verb)
      .description(`${verb} checking the triggers on schedule`)
      .action(
        action(async ({ api, output, options }) => {
          const answer = await api.post<{ message: string }>(
            withQuery(`/retraining/${verb}`, { model: options.model }),
          );
          output.result(answer, () => output.line(answer.message));
        }),
      );
  }

  program
    .command('status')
    .description('what is running, waiting and serving')
    .action(
      action(async ({ api, output, options }) => {
        const status = await api.get<RetrainingStatus>(withQuery('/retraining/status', { model: options.model }));
        output.result(status, () => {
          output.facts({
            'checks on schedule': status.is_running ? 'running' : 'stopped',
            'last check': status.last_check_time,
            'next check': status.next_check_time,
            champion: status.champion ? `version ${status.champion.version}` : 'none yet',
            'last retraining': status.last_retraining_time,
            'days since': status.days_since_last_retraining?.toFixed(1),
            'predictions since': status.prediction_count_since_retraining,
            'trigger events': status.total_trigger_events,
            'current run': status.current_run
              ? [status.current_run.id, status.current_run.status, status.current_run.stage].filter(Boolean).join(' ')
              : 'none',
            circuit: circuitOf(status.circuit),
            'waits for approval': status.pending_approval
              ? `run ${status.pending_approval.run_id} (version ${status.pending_approval.version})`
              : 'none',
          });
          if (options.verbose) {
            output.line();
            output.facts(status.config);
          }
        });
      }),
    );
}

function circuitOf({ state, open_until, reason }: RetrainingStatus['circuit']): string {
  return state === 'closed' ? state : `${state} until ${formatCell(open_until)}: ${reason}`;
}
