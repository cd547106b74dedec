import {
  driftedWorld,
  effectiveConfig,
  parseFault,
  parseKnownChange,
  parsePolicy,
  policyName,
  type InstallationConfig,
  type Plugin,
  type PluginRegistry,
} from '@retrain/core';
import type { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, extname, resolve } from 'node:path';
import type { Task } from '../backtest/task.js';
import { CommandFailed, exitCode } from '../exit-code.js';
import { Progress } from '../output/progress.js';
import { action } from './context.js';

interface BacktestOptions {
  readonly data?: string;
  readonly from?: string;
  readonly until?: string;
  readonly days: string;
  readonly policies: string;
  readonly inject: readonly string[];
  readonly known: readonly string[];
  readonly compare: readonly string[];
  readonly html?: string;
  readonly processes?: string;
}

const several = (value: string, before: readonly string[]) => [...before, value];

export function addBacktestCommand(program: Command): void {
  program
    .command('backtest')
    .description('play history without serving and compare policies of retraining; needs nothing running')
    .option('--data <path>', "the file with the history; the configuration's training data unless given")
    .option('--from <date>', 'first day that is served; training_data_until, else the middle of the data, unless given')
    .option('--until <date>', 'day after the last; the end of the data unless given')
    .option('--days <n>', 'days between two checks', '7')
    .option(
      '--policies <list>',
      'never, always, triggered, scheduled:<days>; separated by commas',
      'never,scheduled:30,always,triggered',
    )
    .option(
      '--compare <file>',
      'another configuration, played by its triggers beside the first; may be repeated',
      several,
      [],
    )
    .option(
      '--inject <fault>',
      'swap-home-away, stale, zeroed, overconfident or drift, as kind@2018-08-10 or kind@2018-08-10..2019-06-01; may be repeated',
      several,
      [],
    )
    .option(
      '--known <change>',
      'a change of the world that really happened, as name@2020-06-17 or name@2020-06-17..2021-05-18: alarms in it are true ones; may be repeated',
      several,
      [],
    )
    .option('--html <file>', 'write a page with plots')
    .option('--processes <n>', 'policies played side by side; one a core unless given')
    .action(
      action(async ({ output, options }, given: BacktestOptions) => {
        const [{ prepareStage }, { playAll }, { summaryOf }, { printSummary }, { rowsOf }] = await Promise.all([
          import('../backtest/prepare.js'),
          import('../backtest/troupe.js'),
          import('../backtest/summary.js'),
          import('../backtest/print.js'),
          import('../replay/source.js'),
        ]);
        const readings = await Promise.all([options.config, ...given.compare].map(readConfig));
        const { config, registry } = readings[0]!;
        const model = options.model ?? Object.keys(config.models)[0]!;
        const own = effectiveConfig(config, model);
        const definition = registry.models.get(config.models[model]!.definition);
        const rows = await rowsOf(definition, given.data ?? own.training_data_path);
        const { stage, dataset, refused } = prepareStage({
          model,
          definition,
          rows,
          from: given.from === undefined ? dayIfAny(own.training_data_until) : day(given.from),
          until: dayIfAny(given.until) ?? new Date(8.64e15),
          days: number('--days', given.days),
          faults: given.inject.map(parseFault),
          known: given.known.map(parseKnownChange),
          modules: [...new Set(readings.flatMap(({ addresses }) => addresses))],
        });
        const tasks = tasksOf(readings, model, given.policies);
        const progress = new Progress(tasks.length * stage.rounds.length, !output.json);
        const played = await playAll(stage, tasks, {
          processes: given.processes === undefined ? availableParallelism() : number('--processes', given.processes),
          onRound: () => progress.advance(`rounds of ${tasks.length} policies`),
        });
        progress.clear();
        const world = driftedWorld(dataset, stage.faults);
        const summary = summaryOf({ stage, dataset: world, refused, tasks, played, seed: own.seed });
        if (given.html !== undefined) {
          const { htmlOf } = await import('../backtest/html.js');
          writeFileSync(given.html, htmlOf({ summary, stage, dataset: world, played }));
        }
        output.result(summary, () => printSummary(output, summary, options.verbose));
      }),
    );
}

interface Reading {
  readonly path: string;
  readonly config: InstallationConfig;
  readonly registry: PluginRegistry;
  readonly addresses: readonly string[];
}

async function readConfig(path: string): Promise<Reading> {
  const [{ readConfiguration }, { plugin }, { mlPlugin }] = await Promise.all([
    import('@retrain/infra'),
    import('@retrain/premier-league'),
    import('@retrain/ml'),
  ]);
  const own: readonly Plugin[] = [plugin, mlPlugin];
  const reading = await readConfiguration(resolve(path), process.cwd(), own);
  if (reading.config) return { path, ...reading };
  throw new CommandFailed(
    exitCode.failed,
    `${path} is not valid:`,
    reading.issues.map((issue) => `${issue.path ? `${issue.path}: ` : ''}${issue.message}`),
  );
}

/** Policies that do not look at triggers are played once, with the first configuration's recipes. */
function tasksOf(readings: readonly Reading[], model: string, policies: string): readonly Task[] {
  return policies.split(',').flatMap((text): Task[] => {
    const policy = parsePolicy(text.trim());
    if (policy.kind !== 'triggered') {
      return [{ name: policyName(policy), policy, config: effectiveConfig(readings[0]!.config, model) }];
    }
    return readings.map(({ path, config }) => ({
      name: readings.length === 1 ? 'triggered' : `triggered: ${basename(path, extname(path))}`,
      policy,
      config: effectiveConfig(config, model),
    }));
  });
}

function number(option: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new CommandFailed(exitCode.usage, `${option} is a number above 0, not "${text}".`);
}

function dayIfAny(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : day(text);
}

function day(text: string): Date {
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date;
  throw new CommandFailed(exitCode.usage, `"${text}" is not a date; write 2016-08-13.`);
}
