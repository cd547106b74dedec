import { Option, type Command } from 'commander';
import { withQuery } from '../http/api-client.js';
import type { Output } from '../output/output.js';
import { action } from './context.js';

export interface CheckAnswer {
  readonly decision: string;
  readonly run_id?: string | null;
  readonly cooldown_until?: string | null;
  readonly circuit_open_until?: string | null;
  readonly as_of: string;
  readonly verdicts: readonly {
    readonly trigger: string;
    readonly verdict: string;
    readonly score?: number | null;
    readonly threshold?: number | null;
    readonly n?: number | null;
    readonly reason: string;
  }[];
}

export function addTriggerCommands(program: Command): void {
  program
    .command('trigger')
    .description('request a retraining run now')
    .option('--reason <reason>', 'why', 'manual_trigger')
    .option('--force', 'skip the cool-down and an open circuit', false)
    .action(
      action(async ({ api, output, options }, given: { reason: string; force: boolean }) => {
        const answer = await api.post<{ message: string; run_id: string }>(
          withQuery('/retraining/trigger', { model: options.model }),
          given,
        );
        output.result(answer, () => output.line(`${answer.message} (run ${answer.run_id})`));
      }),
    );

  program
    .command('check')
    .description('judge the triggers now')
    .addOption(new Option('--as-of <date>', 'as of a past day'))
    .option('--dry-run', 'judge only: store nothing, start nothing', false)
    .action(
      action(async ({ api, output, options }, given: { asOf?: string; dryRun: boolean }) => {
        const answer = await api.post<CheckAnswer>(withQuery('/retraining/check', { model: options.model }), {
          ...(given.asOf === undefined ? {} : { as_of: given.asOf }),
          dry_run: given.dryRun,
        });
        output.result(answer, () => printCheck(output, answer));
      }),
    );
}

function printCheck(output: Output, answer: CheckAnswer): void {
  output.table(
    ['trigger', 'verdict', 'score', 'threshold', 'n'],
    answer.verdicts.map((v) => [v.trigger, v.verdict, v.score, v.threshold, v.n]),
  );
  output.line();
  for (const { trigger, reason } of answer.verdicts) output.line(`${trigger}: ${reason}`);
  const until = answer.cooldown_until ?? answer.circuit_open_until;
  const end = answer.run_id ? ` (run ${answer.run_id})` : until ? ` until ${until}` : '';
  output.line(`\n${answer.decision}${end}`);
}
