import type { Command } from 'commander';
import { withQuery } from '../http/api-client.js';
import { action, type CommandContext } from './context.js';
import { modelName } from './model-name.js';

interface RolloutView {
  readonly id: string;
  readonly strategy: string;
  readonly status: string;
  readonly champion: number;
  readonly challenger: number;
  readonly share: number;
  readonly as_of: string;
  readonly ended_as_of?: string | null;
  readonly reason: string;
  readonly end_reason?: string | null;
}

interface RolloutDetail extends RolloutView {
  readonly looks: readonly { readonly outcomes: number; readonly verdict: string; readonly reason: string }[];
  readonly arms: Readonly<Record<string, ArmView>>;
}

interface ArmView {
  readonly requests: number;
  readonly errors: number;
  readonly dropped: number;
  readonly p95_ms: number | null;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;

async function pathOf(context: CommandContext): Promise<string> {
  return `/models/${encodeURIComponent(await modelName(context))}/rollouts`;
}

export function addRolloutCommands(program: Command): void {
  const rollouts = program
    .command('rollouts [id]')
    .description('list rollouts, or show how one stands')
    .option('--limit <n>', 'how many', '20')
    .action(
      action(async (context, id: string | undefined, { limit }: { limit: string }) => {
        const { api, output } = context;
        const path = await pathOf(context);
        if (id !== undefined) {
          const rollout = await api.get<RolloutDetail>(`${path}/${encodeURIComponent(id)}`);
          output.result(rollout, () => show(context, rollout));
          return;
        }
        const page = await api.get<{ items: readonly RolloutView[] }>(withQuery(path, { limit }));
        output.result(page, () =>
          output.table(
            ['rollout', 'strategy', 'challenger', 'champion', 'status', 'share', 'from', 'until', 'why'],
            page.items.map((one) => [
              ...[one.id, one.strategy, one.challenger, one.champion, one.status, percent(one.share)],
              ...[one.as_of, one.ended_as_of, one.end_reason],
            ]),
          ),
        );
      }),
    );

  rollouts
    .command('abort <id>')
    .description('end a rollout: the champion answers everybody again')
    .option('--reason <reason>', 'why', 'aborted from the command line')
    .action(
      action(async (context, id: string, { reason }: { reason: string }) => {
        const path = `${await pathOf(context)}/${encodeURIComponent(id)}/abort`;
        const rollout = await context.api.post<RolloutView>(path, { reason });
        const told = `Version ${rollout.challenger} is tried no more; version ${rollout.champion} answers everybody.`;
        context.output.result(rollout, () => context.output.line(told));
      }),
    );
}

function show({ output }: CommandContext, rollout: RolloutDetail): void {
  const { strategy, challenger, champion, status, share } = rollout;
  output.line(`${strategy} of version ${challenger} beside ${champion}: ${status}, share ${percent(share)}.`);
  const [last] = rollout.looks;
  output.line(rollout.end_reason ?? last?.reason ?? 'Nobody has looked yet.');
  output.table(
    ['version', 'requests', 'errors', 'dropped', '95 % within ms'],
    [
      [challenger, rollout.arms['challenger']],
      [champion, rollout.arms['champion']],
    ].map(([version, arm]) => {
      const { requests, errors, dropped, p95_ms } = arm as ArmView;
      return [version as number, requests, errors, dropped, p95_ms];
    }),
  );
}
