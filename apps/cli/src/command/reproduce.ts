import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { CommandFailed, exitCode } from '../exit-code.js';
import { withQuery } from '../http/api-client.js';
import { action } from './context.js';

interface Reproduction {
  readonly identical: boolean;
  readonly compared: readonly {
    readonly what: string;
    readonly original: unknown;
    readonly reproduced: unknown;
    readonly same: boolean;
  }[];
  readonly environment: { readonly original: object | null; readonly now: object };
  readonly problem?: string;
}

const lookMilliseconds = 500;

export function addReproduceCommand(program: Command): void {
  program
    .command('reproduce <run>')
    .description('do the fits of a past run again and compare them bit for bit; deploys nothing')
    .option('--timeout <seconds>', 'how long to wait for a trainer', '3600')
    .action(
      action(async ({ api, output }, run: string, given: { timeout: string }) => {
        const path = `/retraining/runs/${encodeURIComponent(run)}/reproduce`;
        const { after } = await api.post<{ after: number }>(path);
        const events = withQuery('/events', { run_id: run, types: 'run.reproduced', after });
        const deadline = Date.now() + Number(given.timeout) * 1000;
        for (;;) {
          const { items } = await api.get<{ items: readonly { payload: Reproduction }[] }>(events);
          const payload = items[0]?.payload;
          if (payload) return show(payload);
          if (Date.now() > deadline) {
            throw new CommandFailed(exitCode.failed, `No trainer has reproduced run ${run} within ${given.timeout} s.`);
          }
          await sleep(lookMilliseconds);
        }

        function show(result: Reproduction): void {
          output.result(result, () => {
            output.table(
              ['figure', 'the run', 'now', 'same'],
              result.compared.map(({ what, original, reproduced, same }) => [what, original, reproduced, same]),
            );
          });
          if (result.problem !== undefined) {
            throw new CommandFailed(exitCode.failed, `Run ${run} could not be reproduced: ${result.problem}`);
          }
          if (!result.identical) {
            const different = result.compared.filter(({ same }) => !same).map(({ what }) => what);
            throw new CommandFailed(exitCode.failed, `Run ${run} differs in ${different.join(', ')}.`, [
              `made on ${JSON.stringify(result.environment.original)}`,
              `done again on ${JSON.stringify(result.environment.now)}`,
            ]);
          }
          if (!output.json) output.line(`\nRun ${run} is reproduced bit for bit.`);
        }
      }),
    );
}
