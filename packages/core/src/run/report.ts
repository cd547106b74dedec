import type { JsonObject } from '../shared/json.js';
import type { EvidenceChart } from './evidence-chart.js';
import { shown, titled } from './shown.js';
import type { TrainingRun } from './training-run.js';

/** A report before it is typeset: what Markdown and HTML have in common. */
export interface RunReport {
  readonly title: string;
  /** One or two sentences: how it ended, and why. */
  readonly summary: string;
  readonly sections: readonly ReportSection[];
}

export interface ReportSection {
  readonly heading: string;
  readonly facts?: readonly (readonly [label: string, value: string])[];
  readonly table?: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** Drawn where that can be done. */
  readonly chart?: EvidenceChart;
}

/** The report of a run in any state, with what followed where that is told; what is not known yet is left out. */
export function runReportOf(run: TrainingRun, followed: readonly ReportSection[] = []): RunReport {
  const result = run.result ?? {};
  return {
    title: `Retraining of ${run.model}, ${day(run.asOf)}`,
    summary: summaryOf(run),
    sections: [
      why(run),
      ...data(objectAt(result, 'data_stats'), objectAt(result, 'data_source')),
      ...figures(objectAt(result, 'validation_results')),
      ...gates(listAt(result, 'gates')),
      ...deployment(objectAt(result, 'deployment_results')),
      ...followed,
      lineage(run, objectAt(result, 'lineage')),
    ],
  };
}

const endings: Readonly<Record<TrainingRun['status'], string>> = {
  queued: 'The run waits for a trainer.',
  running: 'The run is going on.',
  awaiting_approval: 'The candidate passed every gate and waits for a person.',
  rolling_out: 'The candidate passed every gate and is being tried beside the champion.',
  deployed: 'The candidate was promoted and serves.',
  rejected: 'The candidate was rejected; the champion was not touched.',
  failed: 'The run failed; the champion was not touched.',
  cancelled: 'The run was cancelled; the champion was not touched.',
};

function summaryOf(run: TrainingRun): string {
  const because = run.result?.['ended_because'];
  return typeof because === 'string' ? `${endings[run.status]} ${because}` : endings[run.status];
}

function why(run: TrainingRun): ReportSection {
  const facts: [string, string][] = [
    ['Run', run.id],
    ['Triggers', run.triggers.join(', ')],
    ['Reason', run.reason],
    ['Requested by', `${run.requestedBy}${run.forced ? ' (forced)' : ''}`],
    ['Requested at', run.requestedAt.toISOString()],
    ['As of', run.asOf.toISOString()],
    ['Attempts', String(run.attempt)],
  ];
  if (run.finishedAt) facts.push(['Finished at', run.finishedAt.toISOString()]);
  if (run.failure)
    facts.push(['Failure', `${run.failure.code} in ${run.failure.stage ?? 'no stage'}: ${run.failure.message}`]);
  return { heading: 'Why it ran', facts };
}

function data(stats: JsonObject | undefined, source: JsonObject | undefined): ReportSection[] {
  if (!stats) return [];
  const range = objectAt(stats, 'date_range');
  const classes = Object.entries(objectAt(stats, 'class_distribution') ?? {});
  const facts: [string, string][] = [
    ['Rows', shown(stats['total_samples'])],
    ['Only trained on', shown(stats['training_samples'])],
    ['Judged on', shown(stats['validation_samples'])],
  ];
  if (range) facts.push(['From', shown(range['start'])], ['To', shown(range['end'])]);
  if (classes.length > 0) facts.push(['Classes', classes.map(([name, rows]) => `${name} ${shown(rows)}`).join(', ')]);
  for (const [key, value] of Object.entries(source ?? {})) {
    if (!Array.isArray(value)) facts.push([titled(key), shown(value)]);
  }
  return [{ heading: 'Data', facts }];
}

function figures(results: JsonObject | undefined): ReportSection[] {
  const candidate = results && objectAt(results, 'new_metrics');
  if (!candidate) return [];
  const champion = objectAt(results, 'current_metrics') ?? {};
  const rows = Object.keys(candidate).map((name) => [titled(name), shown(candidate[name]), shown(champion[name])]);
  return [
    { heading: 'Candidate and champion on the same rows', table: { columns: ['', 'Candidate', 'Champion'], rows } },
  ];
}

function gates(verdicts: readonly JsonObject[]): ReportSection[] {
  if (verdicts.length === 0) return [];
  const columns = ['Gate', 'Verdict', 'Score', 'Threshold', '95 % interval', 'Reason'];
  const rows = verdicts.map((verdict) => [
    shown(verdict['gate']),
    verdict['accepted'] === true ? 'accepted' : `refused (${shown(verdict['code'])})`,
    shown(verdict['score']),
    shown(verdict['threshold']),
    Array.isArray(verdict['interval']) ? verdict['interval'].map(shown).join(' to ') : '',
    shown(verdict['reason']),
  ]);
  return [{ heading: 'Gates', table: { columns, rows } }];
}

function deployment(results: JsonObject | undefined): ReportSection[] {
  if (!results) return [];
  return [{ heading: 'Deployment', facts: Object.entries(results).map(([key, value]) => [titled(key), shown(value)]) }];
}

function lineage(run: TrainingRun, lineage: JsonObject | undefined): ReportSection {
  const entries = Object.entries(lineage ?? {}).filter(([key]) => key !== 'run_id');
  const backup = run.result?.['backup_path'];
  const facts = entries.map(([key, value]): [string, string] => [titled(key), shown(value)]);
  if (typeof backup === 'string') facts.push(['Backup', backup]);
  return { heading: 'Lineage', facts };
}

function objectAt(from: JsonObject, key: string): JsonObject | undefined {
  const value = from[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function listAt(from: JsonObject, key: string): readonly JsonObject[] {
  const value = from[key];
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}

const day = (time: Date): string => time.toISOString().slice(0, 10);
