import type { Command } from 'commander';
import { constants } from 'node:os';
import { withQuery, type ApiClient } from '../http/api-client.js';
import { CommandFailed, exitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { Progress } from '../output/progress.js';
import { fixturesOf, roundsOf, seasonSpan } from '../replay/fixtures.js';
import { Player } from '../replay/player.js';
import { definitionNamed, rowsOf } from '../replay/source.js';
import { summaryOf, type ReplaySummary } from '../replay/summary.js';
import { action } from './context.js';
import type { RetrainingStatus } from './schedule.js';

interface ReplayOptions {
  readonly data?: string;
  readonly season?: string;
  readonly from?: string;
  readonly until?: string;
  readonly days: string;
  readonly omit: string;
  readonly approve: boolean;
}

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface ModelInfo {
  readonly model: string;
  readonly definition: string;
  readonly model_version: number;
  readonly trained_until: string | null;
  readonly state: { readonly last_record_at: string | null };
}

export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .description('play past matches through the running system: predict, tell the results, check, retrain')
    .option('--data <path>', "the file with the matches; the model's training data unless given")
    .option('--season <season>', 'one season, for example 2016-17')
    .option('--from <date>', 'first day; the day after the last known result unless given')
    .option('--until <date>', 'day after the last; the end of the data unless given')
    .option('--days <n>', 'days between two checks of the triggers', '7')
    .option('--omit <fields>', 'fields left out of the requests, for example home_odds,draw_odds,away_odds', '')
    .option('--approve', 'approve accepted candidates that wait for a person', false)
    .action(
      action(async ({ api, output, options }, given: ReplayOptions) => {
        const info = await api.get<ModelInfo>(withQuery('/model/info', { model: options.model }));
        const { config } = await api.get<{ config: Record<string, unknown> }>(
          withQuery('/retraining/config', { model: info.model }),
        );
        const definition = await definitionNamed(info.definition, (config.plugins as string[] | undefined) ?? []);
        if (definition.task.kind !== 'classification') {
          throw new CommandFailed(exitCode.failed, 'Only classification models can be replayed.');
        }
        const known = info.state.last_record_at === null ? new Date(0) : new Date(info.state.last_record_at);
        const span = spanOf(given, known);
        refuseLeak(span.from, known, info);
        const rows = await rowsOf(definition, given.data ?? String(config.training_data_path));
        const rounds = roundsOf(fixturesOf(definition, rows, span.from, span.until), daysOf(given.days));
        const player = new Player(api, {
          model: info.model,
          task: definition.task,
          approve: given.approve,
          omit: given.omit.split(',').filter(Boolean),
        });
        await whilePaused(api, info.model, async () => {
          const progress = new Progress(rounds.length, !output.json);
          for (const round of rounds) {
            await player.play(round);
            const last = player.runs.at(-1);
            progress.advance(
              `${round.checkAt.toISOString().slice(0, 10)}  ${player.scored.length} matches, ${player.runs.length} runs` +
                (last ? `, last ${last.status}` : ''),
            );
          }
          progress.clear();
          await player.lookAgain();
        });
        const summary = await summaryOf(api, info.model, player, rounds);
        output.result(summary, () => printSummary(output, summary));
      }),
    );
}

function spanOf(given: ReplayOptions, known: Date): { from: Date; until: Date } {
  if (given.season !== undefined) return seasonSpan(given.season);
  return {
    from: given.from === undefined ? new Date(known.getTime() + 1) : day(given.from),
    until: given.until === undefined ? new Date(8.64e15) : day(given.until),
  };
}

function daysOf(text: string): number {
  const days = Number(text);
  if (days > 0 && Number.isFinite(days)) return days;
  throw new CommandFailed(exitCode.usage, `--days is a number above 0, not "${text}".`);
}

function day(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new CommandFailed(exitCode.usage, `"${text}" is not a date; write 2016-08-13.`);
  return date;
}

/** A model that already knows a result cannot be asked to predict it: the figures would flatter. */
function refuseLeak(from: Date, known: Date, info: ModelInfo): void {
  const learned = Math.max(known.getTime(), info.trained_until === null ? 0 : new Date(info.trained_until).getTime());
  if (from.getTime() > known.getTime() && from.getTime() >= learned) return;
  throw new CommandFailed(
    exitCode.failed,
    `The model has already learned results up to ${new Date(learned).toISOString().slice(0, 10)}; predicting earlier ` +
      'matches would prove nothing. Choose a later --from or --season, or set training_data_until and start with fresh data.',
  );
}

/** The replay owns the clock: checks on schedule rest while it plays, and go on however it ends, Ctrl+C included. */
async function whilePaused(api: ApiClient, model: string, work: () => Promise<void>): Promise<void> {
  const before = await api.get<RetrainingStatus>(withQuery('/retraining/status', { model }));
  if (!before.is_running) return work();
  const goOn = () => api.post(withQuery('/retraining/start', { model }));
  const interrupted = (signal: NodeJS.Signals) => {
    console.error('\nStopped. What was played stays; the next replay goes on behind it.');
    void goOn()
      .catch((error: Error) => console.error(error.message))
      .finally(() => process.exit(128 + constants.signals[signal]));
  };
  for (const signal of endings) process.once(signal, interrupted);
  try {
    await api.post(withQuery('/retraining/stop', { model }));
    await work();
  } finally {
    for (const signal of endings) process.off(signal, interrupted);
    await goOn();
  }
}

function printSummary(output: Output, summary: ReplaySummary): void {
  output.line(
    `${summary.predictions} predictions, ${summary.refused} refused, ${summary.outcomes} outcomes, ${summary.checks} checks\n`,
  );
  output.table(
    ['season', 'matches', 'accuracy', 'log loss'],
    [...summary.seasons, { season: 'all', ...summary.overall }].map((s) => [
      s.season,
      s.predictions,
      s.accuracy,
      s.log_loss,
    ]),
  );
  output.line('\nVerdicts of the triggers');
  output.table(
    ['trigger', 'fired', 'clear', 'insufficient data', 'error'],
    Object.entries(summary.verdicts).map(([trigger, counts]) => [
      trigger,
      counts.fired ?? 0,
      counts.clear ?? 0,
      counts.insufficient_data ?? 0,
      counts.error ?? 0,
    ]),
  );
  output.line('\nRuns');
  output.table(
    ['as of', 'triggers', 'ended', 'version', 'seconds'],
    summary.runs.map((run) => [
      run.as_of.slice(0, 10),
      run.triggers,
      run.approved ? `${run.status} (approved)` : run.status,
      run.version,
      run.seconds.toFixed(1),
    ]),
  );
  output.line('\nWho was champion when');
  output.table(
    ['from', 'version', 'put there by', 'reason'],
    summary.champions.map((c) => [c.since.slice(0, 10), c.version, c.actor, c.reason]),
  );
}
