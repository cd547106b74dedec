import Table from 'cli-table3';

/** Where a command writes: tables for people, JSON for scripts. */
export class Output {
  constructor(
    readonly json: boolean,
    private readonly write: (text: string) => void = (text) => process.stdout.write(text),
  ) {}

  /** Prints `value` as JSON, or calls `render` for people. */
  result(value: unknown, render: () => void): void {
    if (this.json) this.line(JSON.stringify(value, null, 2));
    else render();
  }

  line(text = ''): void {
    this.write(`${text}\n`);
  }

  table(head: readonly string[], rows: readonly (readonly unknown[])[]): void {
    if (rows.length === 0) {
      this.line('(none)');
      return;
    }
    const table = new Table({ head: [...head], style: { head: [], border: [] }, chars: lightBorders });
    for (const row of rows) table.push(row.map((cell) => formatCell(cell)));
    this.line(table.toString());
  }

  /** Name and value, one a line. */
  facts(facts: Readonly<Record<string, unknown>>): void {
    const width = Math.max(...Object.keys(facts).map((name) => name.length));
    for (const [name, value] of Object.entries(facts)) this.line(`${name.padEnd(width)}  ${formatCell(value)}`);
  }
}

const lightBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
};

/** A value as one cell: times to the minute, numbers to four places, lists joined, nothing as a dash. */
export function formatCell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(4);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(formatCell).join(', ') || '-';
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? text.slice(0, 16).replace('T', ' ') : text;
}
