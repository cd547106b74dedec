import { lossesOfPlay, type Dataset, type Played } from '@retrain/core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Stage } from './task.js';
import { delayInWords, gainInWords, metricNames } from './print.js';
import type { BacktestSummary } from './summary.js';

const require = createRequire(import.meta.url);

/** Rows of a running mean: about a season. */
const RUNNING = 380;

export interface HtmlRequest {
  readonly summary: BacktestSummary;
  readonly stage: Stage;
  readonly dataset: Dataset;
  readonly played: readonly Played[];
}

/** A page that needs nothing but itself: figures, plots (uPlot, in the page) and the runs of every policy. */
export function htmlOf(request: HtmlRequest): string {
  const { summary } = request;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Back-test of ${escaped(summary.model)}</title>
<style>${readFileSync(require.resolve('uplot/dist/uPlot.min.css'), 'utf8')}
${style}</style>
</head>
<body>
<h1>Back-test of ${escaped(summary.model)}</h1>
<p class="answer">${escaped(summary.answer.sentence)}</p>
<p>${summary.rows} rows from ${day(summary.from)} to ${day(summary.until)}, ${summary.checks} checks, ${summary.refused} rows that the model refuses to answer, seed ${summary.seed}.
No row was scored by a model that had been fitted on it or on a later row.${faultsInWords(summary)}${changesInWords(summary)}</p>
${comparison(summary)}
<h2>Gain over never retraining, summed up</h2>
<p>Above zero: better so far than the first champion. Ticks at the bottom are new versions, triangles alarms, one line a policy.</p>
<div id="gain"></div>
<h2>${escaped(inWords(lossName(summary)))} of the newest ${RUNNING} rows</h2>
<div id="running"></div>
<h2>${escaped(inWords(lossName(summary)))} by season</h2>
<div id="seasons"></div>
${seasons(summary)}
${runs(summary)}
<!-- uPlot, copyright Leon Sorokin, MIT licence, https://github.com/leeoniya/uPlot -->
<script>${readFileSync(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8').replaceAll('</script', '<\\/script')}</script>
<script>const data = ${scriptJson(chartsOf(request))};
${script}</script>
</body>
</html>
`;
}

/** What the plots show: one point a round. */
export function chartsOf({ summary, stage, dataset, played }: HtmlRequest) {
  const first = stage.rounds[0]!.from;
  const losses = played.map((one) => lossesOfPlay(dataset, one));
  const reference =
    losses[
      Math.max(
        0,
        played.findIndex(({ policy }) => policy.kind === 'never'),
      )
    ]!;
  const ends = stage.rounds.map(({ to }) => to - first);
  return {
    names: summary.policies.map(({ name }) => name),
    times: stage.rounds.map(({ checkAt }) => Math.round(checkAt / 1000)),
    gain: losses.map((loss) => at(ends, runningSum(loss.map((value, row) => reference[row]! - value)))),
    running: losses.map((loss) => at(ends, runningMean(loss))),
    seasons: {
      labels: summary.policies[0]!.seasons.map(({ season }) => season),
      values: summary.policies.map(({ seasons: list }) =>
        list.map((season) => season.metrics[lossName(summary)] ?? null),
      ),
    },
    replaced: played.map(({ retrainings }) =>
      retrainings.filter(({ ended }) => ended === 'deployed').map((one) => Math.round(one.at / 1000)),
    ),
    alarms: played.map(({ alarms }) => alarms.map((one) => Math.round(one.at / 1000))),
    faults: stage.faults.map(({ kind, from }) => ({ kind, at: Math.round(from.getTime() / 1000) })),
  };
}

/** The figure that is plotted: the first one where less is better. */
function lossName({ policies }: BacktestSummary): string {
  return metricNames(policies).find((name) => name !== 'accuracy')!;
}

const inWords = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replace('_', ' ');

function runningSum(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => (sum += value));
}

/** Mean of the newest rows; NaN until there are enough of them. */
function runningMean(values: Float64Array): Float64Array {
  const sums = runningSum(values);
  return sums.map((sum, row) => {
    const before = row >= RUNNING ? sums[row - RUNNING]! : 0;
    return row + 1 < Math.min(RUNNING, values.length) ? NaN : (sum - before) / Math.min(RUNNING, row + 1);
  });
}

const at = (ends: readonly number[], values: Float64Array) =>
  ends.map((end) => (Number.isFinite(values[end - 1]!) ? Number(values[end - 1]!.toFixed(6)) : null));

function comparison({ policies, faults }: BacktestSummary): string {
  const shown = metricNames(policies);
  return table(
    [
      ...['policy', 'retrained', 'replaced', 'rejected', 'fits', 'rows fitted', 'processor seconds'],
      ...shown.map((name) => name.replace('_', ' ')),
      ...['gain over never (95 % interval)', 'alarms', 'false alarms'],
      ...faults.map(({ kind }) => `rows to alarm: ${kind.replaceAll('-', ' ')}`),
    ],
    policies.map((policy) => [
      policy.name,
      policy.retrainings.total,
      policy.retrainings.deployed,
      policy.retrainings.rejected,
      grouped(policy.cost.fits),
      grouped(policy.cost.rows),
      policy.cost.seconds.toFixed(1),
      ...shown.map((name) => policy.metrics[name]!.toFixed(4)),
      gainInWords(policy),
      policy.alarms.total,
      policy.alarms.false,
      ...faults.map((_, index) => delayInWords(policy.faults[index])),
    ]),
  );
}

function seasons({ policies }: BacktestSummary): string {
  const shown = metricNames(policies);
  return table(
    [
      'season',
      'rows',
      ...policies.flatMap(({ name }) => shown.map((metric) => `${name}: ${metric.replace('_', ' ')}`)),
    ],
    policies[0]!.seasons.map((season, index) => [
      season.season,
      season.rows,
      ...policies.flatMap((policy) => shown.map((metric) => policy.seasons[index]!.metrics[metric]!.toFixed(4))),
    ]),
  );
}

function runs({ policies }: BacktestSummary): string {
  return policies
    .filter(({ policy }) => policy === 'triggered')
    .map(
      (policy) =>
        `<h2>Runs of “${escaped(policy.name)}”</h2>` +
        table(
          ['as of', 'triggers', 'ended', 'why'],
          policy.runs.map((run) => [day(run.at), run.triggers.join(', '), run.ended, run.reason]),
        ) +
        `<h2>Alarms of “${escaped(policy.name)}”</h2>` +
        table(
          ['as of', 'triggers', 'because of', 'why'],
          policy.alarm_list.map((alarm) => [
            day(alarm.at),
            alarm.triggers.join(', '),
            alarm.cause ?? 'nothing known: false',
            alarm.reason,
          ]),
        ),
    )
    .join('\n');
}

function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const cells = (tag: string, values: readonly unknown[]) =>
    values.map(
      (value) => `<${tag}>${escaped(value === true ? 'yes' : value === false ? 'no' : String(value))}</${tag}>`,
    );
  const body = rows.map((row) => `<tr>${cells('td', row).join('')}</tr>`).join('\n');
  return `<div class="wide"><table><thead><tr>${cells('th', head).join('')}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function faultsInWords({ faults }: BacktestSummary): string {
  const told = faults.map(({ kind, from, until }) => `${kind} from ${day(from)}${until ? ` to ${day(until)}` : ''}`);
  return told.length > 0 ? ` Injected: ${escaped(told.join(', '))}.` : '';
}

function changesInWords({ known_changes: changes }: BacktestSummary): string {
  const told = changes.map(({ name, from, until }) => `${name} from ${day(from)}${until ? ` to ${day(until)}` : ''}`);
  return told.length > 0 ? ` Alarms in these times are taken for true ones: ${escaped(told.join(', '))}.` : '';
}

const grouped = (value: number) => value.toLocaleString('en');
const day = (text: string) => text.slice(0, 10);

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character]!);

/** JSON that cannot end the script it stands in. */
const scriptJson = (value: unknown) =>
  JSON.stringify(value).replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const style = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2rem auto; padding: 0 1rem; color: #1c2733; background: #fff; }
.answer { font-size: 1.3rem; font-weight: 600; border-left: 4px solid #1f77b4; padding-left: .8rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #d8dee4; vertical-align: top; }
thead th { border-bottom: 2px solid #8894a0; }
`;

const script = `
const colours = ['#7f7f7f', '#1f77b4', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#17becf'];
const width = () => Math.min(1060, document.body.clientWidth - 20);
const series = () => data.names.map((label, i) => ({ label, stroke: colours[i % colours.length], width: 1.5, points: { show: false },
  value: (u, v) => v == null ? '-' : v.toFixed(4) }));
function marks(u) {
  const { ctx, bbox } = u;
  ctx.save();
  for (const { kind, at } of data.faults) {
    const x = u.valToPos(at, 'x', true);
    ctx.strokeStyle = ctx.fillStyle = '#b00020';
    ctx.setLineDash([6, 4]);
    ctx.beginPath(); ctx.moveTo(x, bbox.top); ctx.lineTo(x, bbox.top + bbox.height); ctx.stroke();
    ctx.textAlign = 'left';
    ctx.fillText(kind, x + 4, bbox.top + 14);
  }
  ctx.setLineDash([]);
  data.names.forEach((_, i) => {
    const floor = bbox.top + bbox.height - 9 * i;
    ctx.strokeStyle = ctx.fillStyle = colours[i % colours.length];
    for (const at of data.replaced[i]) {
      const x = u.valToPos(at, 'x', true);
      ctx.beginPath(); ctx.moveTo(x, floor); ctx.lineTo(x, floor - 6); ctx.stroke();
    }
    for (const at of data.alarms[i]) {
      const x = u.valToPos(at, 'x', true);
      ctx.beginPath(); ctx.moveTo(x, floor - 9); ctx.lineTo(x - 5, floor); ctx.lineTo(x + 5, floor); ctx.fill();
    }
  });
  ctx.restore();
}
function draw(id, rows, options) {
  const element = document.getElementById(id);
  const plot = new uPlot({ width: width(), height: 320, series: [{}, ...series()], hooks: { draw: [marks] }, ...options }, rows, element);
  addEventListener('resize', () => plot.setSize({ width: width(), height: 320 }));
}
draw('gain', [data.times, ...data.gain], {});
draw('running', [data.times, ...data.running], {});
draw('seasons', [data.seasons.labels.map((_, i) => i), ...data.seasons.values], {
  hooks: {},
  scales: { x: { time: false } },
  series: [{ value: (u, v) => data.seasons.labels[v] ?? '' }, ...series().map((s) => ({ ...s, points: { show: true, size: 6 } }))],
  axes: [{ values: (u, ticks) => ticks.map((t) => data.seasons.labels[t] ?? '') }, {}],
});
`;
