import type { Command } from 'commander';
import { action } from './context.js';
import { modelName } from './model-name.js';

interface LineageView {
  readonly run_id: string | null;
  readonly data: { readonly hash: string | null; readonly source: string | null; readonly rows: number | null };
  readonly code_version: string | null;
  readonly configuration: { readonly revision: number | null; readonly values: object | null };
  readonly recipe: { readonly use: string; readonly with: object } | null;
  readonly seed: number | null;
  readonly parent_version: number | null;
  readonly environment: Readonly<Record<string, string>> | null;
  readonly fits: readonly { readonly cached: boolean; readonly status: string }[];
  readonly artifact: { readonly version: number; readonly sha256: string } | null;
  readonly approved: readonly { readonly by: string; readonly at: string; readonly reason: string }[];
  readonly served: readonly {
    readonly alias: string;
    readonly from: string;
    readonly until: string | null;
    readonly by: string;
  }[];
}

export function addLineageCommand(program: Command): void {
  program
    .command('lineage <run>')
    .description('where a run’s candidate, or a version by its number, comes from; who approved it; when it served')
    .action(
      action(async (context, id: string) => {
        const { api, output } = context;
        const path = /^\d+$/.test(id)
          ? `/models/${encodeURIComponent(await modelName(context))}/versions/${id}/lineage`
          : `/retraining/runs/${encodeURIComponent(id)}/lineage`;
        const lineage = await api.get<LineageView>(path);
        output.result(lineage, () => {
          const { data, configuration, recipe, fits, artifact, environment } = lineage;
          output.facts({
            run: lineage.run_id,
            version: artifact?.version,
            artifact: artifact?.sha256,
            'frozen rows': data.hash,
            rows: data.rows,
            source: data.source,
            recipe: recipe && `${recipe.use} ${JSON.stringify(recipe.with)}`,
            seed: lineage.seed,
            'parent version': lineage.parent_version,
            code: lineage.code_version,
            environment: environment && Object.entries(environment).map(([name, version]) => `${name} ${version}`),
            configuration: configuration.revision === null ? null : `revision ${configuration.revision}`,
            fits: `${fits.length}, ${fits.filter(({ cached }) => cached).length} of them taken over`,
          });
          output.line();
          output.table(
            ['approved by', 'at', 'because'],
            lineage.approved.map(({ by, at, reason }) => [by, at, reason]),
          );
          output.table(
            ['served as', 'from', 'until', 'put there by'],
            lineage.served.map(({ alias, from, until, by }) => [alias, from, until ?? 'now', by]),
          );
        });
      }),
    );
}
