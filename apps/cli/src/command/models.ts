import type { Command } from 'commander';
import { CommandFailed, exitCode } from '../exit-code.js';
import { withQuery } from '../http/api-client.js';
import { toldDeployment, type DeploymentView } from './approvals.js';
import { action, type CommandContext } from './context.js';
import { modelName } from './model-name.js';

interface ModelView {
  readonly name: string;
  readonly definition: string;
  readonly monitoring: boolean;
  readonly champion?: { readonly version: number; readonly moved_at?: string } | null;
}

interface VersionView {
  readonly version: number;
  readonly created_at: string;
  readonly run_id?: string | null;
  readonly deleted_at?: string | null;
  readonly deleted_by?: string | null;
  readonly artifact: { readonly sha256: string };
  readonly quarantine?: { readonly state: string } | null;
  readonly evaluation?: { readonly rows: number; readonly metrics: Readonly<Record<string, number>> } | null;
}

interface MoveView {
  readonly message: string;
  readonly status: string;
  readonly version: number;
  readonly previous_version?: number | null;
  readonly deployment: DeploymentView;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new CommandFailed(exitCode.usage, `"${text}" is no version: give a whole number from 1 up.`);
  }
  return value;
}

interface ProbationView {
  readonly version: number;
  readonly previous_version: number;
  readonly status: string;
  readonly outcomes: number;
  readonly needed: number;
  readonly checked_at: string | null;
  readonly reason: string;
}

export function addModelCommands(program: Command): void {
  const models = program
    .command('models [name]')
    .description('list models, or the versions of one')
    .action(
      action(async ({ api, output }, name: string | undefined) => {
        if (name === undefined) {
          const page = await api.get<{ items: readonly ModelView[] }>('/models');
          output.result(page, () =>
            output.table(
              ['model', 'definition', 'checks', 'champion'],
              page.items.map((m) => [
                m.name,
                m.definition,
                m.monitoring ? 'on schedule' : 'stopped',
                m.champion ? `version ${m.champion.version}` : 'none yet',
              ]),
            ),
          );
          return;
        }
        const path = `/models/${encodeURIComponent(name)}`;
        const [model, page] = await Promise.all([
          api.get<ModelView>(path),
          api.get<{ items: readonly VersionView[] }>(withQuery(`${path}/versions`, { limit: 50 })),
        ]);
        output.result({ ...model, versions: page.items }, () =>
          output.table(
            ['version', 'champion', 'quarantine', 'deleted', 'created', 'rows', 'accuracy', 'log loss', 'sha256'],
            page.items.map((v) => [
              v.version,
              v.version === model.champion?.version ? 'yes' : '',
              v.quarantine?.state,
              v.deleted_at && `${v.deleted_at} by ${v.deleted_by}`,
              v.created_at,
              v.evaluation?.rows,
              v.evaluation?.metrics.accuracy,
              v.evaluation?.metrics.log_loss,
              v.artifact.sha256.slice(0, 12),
            ]),
          ),
        );
      }),
    );

  models
    .command('probation')
    .description('how the champion does since its promotion, and how earlier ones did')
    .action(
      action(async (context) => {
        const name = await modelName(context);
        const path = withQuery(`/models/${encodeURIComponent(name)}/probations`, { limit: 10 });
        const page = await context.api.get<{ items: readonly ProbationView[] }>(path);
        context.output.result(page, () =>
          context.output.table(
            ['version', 'before', 'status', 'outcomes', 'looked at', 'why'],
            page.items.map((p) => [
              p.version,
              p.previous_version,
              p.status.replace('_', ' '),
              `${p.outcomes} of ${p.needed}`,
              p.checked_at,
              p.reason,
            ]),
          ),
        );
      }),
    );

  models
    .command('release <version>')
    .description('let a version out of quarantine: it may be promoted again, and is not by that')
    .option('--reason <reason>', 'why', 'released from the command line')
    .action(
      action(async (context, version: string, given: { reason: string }) => {
        const name = await modelName(context);
        const path = `/models/${encodeURIComponent(name)}/versions/${wholeNumber(version)}/release`;
        const answer = await context.api.post<{ version: number }>(path, given);
        context.output.result(answer, () =>
          context.output.line(`${name}: version ${answer.version} may be promoted again.`),
        );
      }),
    );

  models
    .command('delete <version>')
    .description('delete a version that nothing needs: it never answers again')
    .requiredOption('--reason <reason>', 'why')
    .action(
      action(async (context, version: string, given: { reason: string }) => {
        const name = await modelName(context);
        const path = `/models/${encodeURIComponent(name)}/versions/${wholeNumber(version)}`;
        const answer = await context.api.delete<{ version: number; deleted_at: string }>(path, given);
        context.output.result(answer, () =>
          context.output.line(`${name}: version ${answer.version} is deleted since ${answer.deleted_at}.`),
        );
      }),
    );

  program
    .command('promote <version>')
    .description('let a version answer, or propose it where more than one person decides')
    .option('--strategy <strategy>', 'direct, or try it first: shadow, canary, ab', 'direct')
    .option('--reason <reason>', 'why', 'promoted from the command line')
    .action(
      action(async (context, version: string, { strategy, reason }: { strategy: string; reason: string }) => {
        await move(context, 'promote', { version: wholeNumber(version), strategy, reason });
      }),
    );

  program
    .command('rollback')
    .description('go back to the previous champion, or to a version')
    .option('--to <version>', 'the version', wholeNumber)
    .option('--quarantine', 'also keep the version that is left from answering again', false)
    .option('--reason <reason>', 'why', 'rolled back from the command line')
    .action(
      action(async (context, given: { to?: number; quarantine: boolean; reason: string }) => {
        const version = given.to === undefined ? {} : { version: given.to };
        await move(context, 'rollback', { ...version, quarantine: given.quarantine, reason: given.reason });
      }),
    );
}

async function move(context: CommandContext, verb: 'promote' | 'rollback', body: object): Promise<void> {
  const name = await modelName(context);
  const answer = await context.api.post<MoveView>(`/models/${encodeURIComponent(name)}/${verb}`, body);
  const { version, previous_version: before } = answer;
  const moved = `${name}: version ${version} answers now${before ? ` (before: ${before})` : ''}.`;
  const told = answer.status === 'rolling_out' ? answer.message : moved;
  context.output.result(answer, () =>
    context.output.line(answer.status === 'awaiting_approval' ? toldDeployment(answer.deployment) : told),
  );
}
