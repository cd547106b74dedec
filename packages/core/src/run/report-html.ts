import { evidenceSvg } from './evidence-chart.js';
import { runReportOf, type ReportSection } from './report.js';
import type { TrainingRun } from './training-run.js';

const style = `
:root{color-scheme:light dark;--soft:#666;--line:#d0d0d0;--good:#1a7f37;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--soft:#9aa4b1;--line:#3a4350;--good:#5bc27a;--bad:#f0837b}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;overflow-wrap:normal}
td,th{border:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}
td:nth-child(n+6):last-child{min-width:16rem}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.2rem 1rem}dt{color:var(--soft)}dd{margin:0}
svg{width:100%;height:auto}svg text{font-size:12px;fill:var(--soft)}`;

/** The report of a run as one HTML page that needs nothing else, with the sections on what followed. */
export function reportHtml(run: TrainingRun, followed: readonly ReportSection[] = []): string {
  const { title, summary, sections } = runReportOf(run, followed);
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><title>${escaped(title)}</title><style>${style}</style>`;
  const body = `<h1>${escaped(title)}</h1><p>${escaped(summary)}</p>${sections.map(sectionHtml).join('')}`;
  return `<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>\n`;
}

function sectionHtml({ heading, facts, table, chart }: ReportSection): string {
  const list = facts?.map(([label, value]) => `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`).join('');
  const rows = table?.rows.map((cells) => row('td', cells)).join('');
  return [
    `<section><h2>${escaped(heading)}</h2>`,
    list === undefined ? '' : `<dl>${list}</dl>`,
    chart ? evidenceSvg(chart) : '',
    table
      ? `<div class="scroll"><table><thead>${row('th', table.columns)}</thead><tbody>${rows}</tbody></table></div>`
      : '',
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
