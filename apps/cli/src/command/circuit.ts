import type { Command } from 'commander';
import { action } from './context.js';
import { modelName } from './model-name.js';

interface CircuitView {
  readonly state: string;
  readonly failures: readonly string[];
  readonly opened_at: string | null;
  readonly open_until: string | null;
  readonly changed_by: string;
  readonly reason: string;
}

export function addCircuitCommand(program: Command): void {
  const circuit = program
    .command('circuit')
    .description('whether failed runs hold further ones back')
    .action(
      action(async (context) => {
        const path = `/models/${encodeURIComponent(await modelName(context))}/circuit`;
        const answer = await context.api.get<CircuitView>(path);
        context.output.result(answer, () =>
          context.output.facts({
            circuit: answer.state,
            'failed lately': answer.failures,
            opened: answer.opened_at,
            'tries again': answer.open_until,
            'moved by': answer.changed_by,
            why: answer.reason,
          }),
        );
      }),
    );

  circuit
    .command('close')
    .description('let runs be asked for again')
    .option('--reason <reason>', 'why', 'closed from the command line')
    .action(
      action(async (context, given: { reason: string }) => {
        const name = await modelName(context);
        const answer = await context.api.post<CircuitView>(`/models/${encodeURIComponent(name)}/circuit/close`, given);
        context.output.result(answer, () => context.output.line(`${name}: the circuit is ${answer.state}.`));
      }),
    );
}
