import { runReportOf, type ReportSection } from './report.js';
import type { TrainingRun } from './training-run.js';

const style = `
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #d0d0d0;padding:.3rem .6rem;text-align:left;vertical-align:top}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:#666}dd{margin:0;overflow-wrap:anywhere}`;

/** The report of a run as one HTML page that needs nothing else. */
export function reportHtml(run: TrainingRun): string {
  const { title, summary, sections } = runReportOf(run);
  const head = `<meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style>`;
  const body = `<h1>${escaped(title)}</h1><p>${escaped(summary)}</p>${sections.map(sectionHtml).join('')}`;
  return `<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>\n`;
}

function sectionHtml({ heading, facts, table }: ReportSection): string {
  const list = facts?.map(([label, value]) => `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`).join('');
  const rows = table?.rows.map((cells) => row('td', cells)).join('');
  return [
    `<section><h2>${escaped(heading)}</h2>`,
    list === undefined ? '' : `<dl>${list}</dl>`,
    table ? `<table><thead>${row('th', table.columns)}</thead><tbody>${rows}</tbody></table>` : '',
    '</section>',
  ].join('');
}

function row(tag: 'td' | 'th', cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
