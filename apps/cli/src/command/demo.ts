import { Argument, type Command } from 'commander';
import { scenarios } from '../demo/scenarios.js';
import type { Output } from '../output/output.js';
import { action } from './context.js';

export function addDemoCommand(program: Command): void {
  const names = Object.keys(scenarios);
  program
    .command('demo')
    .description('walk through the running system, one scenario or all')
    .addArgument(
      new Argument('<scenario>', 'which')
        .choices(['all', ...names])
        .default('all')
        .argOptional(),
    )
    .action(
      action(async ({ api, output, options }, chosen: string) => {
        const steps: { scenario: string; title: string; answer: unknown }[] = [];
        for (const scenario of chosen === 'all' ? names : [chosen]) {
          if (!output.json) output.line(`\n== ${scenario} ==`);
          await scenarios[scenario]!({
            api,
            step: async (title, work) => {
              if (!output.json) output.line(`\n> ${title}`);
              const answer = await work();
              steps.push({ scenario, title, answer });
              if (!output.json) printAnswer(output, answer, options.verbose);
              return answer;
            },
          });
        }
        if (output.json) output.result(steps, () => undefined);
      }),
    );
}

const shownLines = 14;

function printAnswer(output: Output, answer: unknown, whole: boolean): void {
  const lines = JSON.stringify(answer, null, 2).split('\n');
  const shown = whole ? lines : lines.slice(0, shownLines);
  for (const line of shown) output.line(`  ${line}`);
  if (shown.length < lines.length) output.line(`  … ${lines.length - shown.length} more lines (--verbose shows all)`);
}
