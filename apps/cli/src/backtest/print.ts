import type { Output } from '../output/output.js';
import type { BacktestSummary, FaultSummary, PolicySummary } from './summary.js';

/** The answer, then one line a policy; `verbose` adds seasons, runs and alarms. */
export function printSummary(output: Output, summary: BacktestSummary, verbose: boolean): void {
  const { rows, refused, from, until, checks, faults, policies } = summary;
  output.line(`\n${summary.answer.sentence}\n`);
  const shown = metricNames(policies);
  output.table(
    [
      'policy',
      'retrained',
      'replaced',
      'cpu s',
      'rows fitted',
      ...shown.map((name) => name.replace('_', ' ')),
      'gain over never (95 %)',
      'alarms',
      'false',
      ...faults.map(({ kind, from: at }) => `${kind} ${day(at)}: rows to alarm`),
    ],
    policies.map((policy) => [
      policy.name,
      policy.retrainings.total,
      policy.retrainings.deployed,
      policy.cost.seconds.toFixed(1),
      policy.cost.rows,
      ...shown.map((name) => policy.metrics[name]),
      gainInWords(policy),
      policy.alarms.total,
      policy.alarms.false,
      ...faults.map((_, index) => delayInWords(policy.faults[index])),
    ]),
  );
  output.line(
    `\n${rows} rows from ${day(from)} to ${day(until)}, ${checks} checks${refused > 0 ? `, ${refused} rows that the model refuses` : ''}. No row was scored by a model that knew it.`,
  );
  if (!verbose) {
    output.line('--verbose shows seasons, runs and alarms; --html <file> draws them.');
    return;
  }
  printSeasons(output, policies);
  for (const policy of policies) printRuns(output, policy);
}

/** What the table shows of all figures. */
export function metricNames(policies: readonly PolicySummary[]): readonly string[] {
  const known = policies[0]?.metrics ?? {};
  return ['accuracy', 'log_loss', 'rps', 'mae', 'rmse'].filter((name) => known[name] !== undefined);
}

export function gainInWords({ against_never: gain }: PolicySummary): string {
  if (!gain) return '-';
  const [low, high] = gain.interval;
  return `${signed(gain.gain)} (${signed(low!)} to ${signed(high!)})`;
}

export function delayInWords(fault: FaultSummary | undefined): string {
  if (!fault) return '-';
  if (fault.delay_rows === null) return 'no alarm';
  return `${fault.delay_rows}${fault.alarm_before ? ' (rang before)' : ''}`;
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
const day = (text: string) => text.slice(0, 10);

function printSeasons(output: Output, policies: readonly PolicySummary[]): void {
  const metric = metricNames(policies).find((name) => name !== 'accuracy')!;
  output.line(`\n${metric.replace('_', ' ')} by season (retrainings)`);
  output.table(
    ['season', 'rows', ...policies.map(({ name }) => name)],
    policies[0]!.seasons.map(({ season, rows }, index) => [
      season,
      rows,
      ...policies.map(
        ({ seasons }) => `${seasons[index]!.metrics[metric]!.toFixed(4)} (${seasons[index]!.retrainings})`,
      ),
    ]),
  );
}

function printRuns(output: Output, policy: PolicySummary): void {
  if (policy.policy !== 'triggered') return;
  output.line(`\nRuns of "${policy.name}"`);
  output.table(
    ['as of', 'triggers', 'ended', 'seconds'],
    policy.runs.map(({ at, triggers, ended, seconds }) => [day(at), triggers, ended, seconds.toFixed(1)]),
  );
  output.line(`\nAlarms of "${policy.name}"`);
  output.table(
    ['as of', 'triggers', 'because of', 'reason'],
    policy.alarm_list.map((alarm) => [
      day(alarm.at),
      alarm.triggers,
      alarm.cause ?? 'nothing known: false',
      alarm.reason,
    ]),
  );
}
