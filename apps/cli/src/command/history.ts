import type { Command } from 'commander';
import { withQuery } from '../http/api-client.js';
import { action } from './context.js';

interface HistoryAnswer {
  readonly trigger_events: readonly {
    readonly timestamp: string;
    readonly as_of: string;
    readonly triggers: readonly string[];
    readonly prediction_count: number;
    readonly days_since_last_retraining: number | null;
    readonly decision?: string;
  }[];
  readonly retraining_events: readonly {
    readonly timestamp: string;
    readonly as_of: string;
    readonly status?: string;
    readonly run_id?: string;
    readonly triggers?: readonly string[];
  }[];
  readonly total_triggers: number;
  readonly total_retrainings: number;
}

export function addHistoryCommands(program: Command): void {
  program
    .command('history')
    .description('trigger events and retrainings')
    .action(
      action(async ({ api, output, options }) => {
        const history = await api.get<HistoryAnswer>(withQuery('/retraining/history', { model: options.model }));
        output.result(history, () => {
          output.line(`Trigger events (${history.total_triggers} in all)`);
          output.table(
            ['time', 'as of', 'triggers', 'predictions', 'days since retraining', 'decision'],
            history.trigger_events.map((e) => [
              e.timestamp,
              e.as_of,
              e.triggers,
              e.prediction_count,
              e.days_since_last_retraining?.toFixed(1),
              e.decision,
            ]),
          );
          output.line(`\nRetrainings (${history.total_retrainings} in all)`);
          output.table(
            ['time', 'as of', 'status', 'triggers', 'run'],
            history.retraining_events.map((e) => [e.timestamp, e.as_of, e.status, e.triggers, e.run_id]),
          );
        });
      }),
    );

  program
    .command('export')
    .description('status, history and configuration as JSON')
    .option('--output <path>', 'write it to this file below monitoring_output_dir')
    .action(
      action(async ({ api, output, options }, given: { output?: string }) => {
        const answer = await api.post<{ output_path?: string | null }>(
          withQuery('/retraining/export', { model: options.model }),
          given.output === undefined ? {} : { output_path: given.output },
        );
        output.result(answer, () => {
          if (answer.output_path) output.line(`Exported to ${answer.output_path}.`);
          else output.line(JSON.stringify(answer, null, 2));
        });
      }),
    );
}
