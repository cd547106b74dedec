import { runReportOf, type ReportSection } from './report.js';
import type { TrainingRun } from './training-run.js';

/** The report of a run in Markdown, with the sections on what followed. */
export function reportMarkdown(run: TrainingRun, followed: readonly ReportSection[] = []): string {
  const { title, summary, sections } = runReportOf(run, followed);
  return [`# ${escaped(title)}`, escaped(summary), ...sections.map(sectionMarkdown)].join('\n\n') + '\n';
}

function sectionMarkdown({ heading, facts, table }: ReportSection): string {
  const parts = [`## ${escaped(heading)}`];
  if (facts) parts.push(facts.map(([label, value]) => `- **${escaped(label)}:** ${escaped(value)}`).join('\n'));
  if (table) parts.push([row(table.columns), row(table.columns.map(() => '---')), ...table.rows.map(row)].join('\n'));
  return parts.join('\n\n');
}

const row = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;

/** One line in which nothing is markup. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#]/g, '\\$&');
}
