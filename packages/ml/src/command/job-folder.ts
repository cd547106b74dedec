import { slice, unprocessable, type Dataset, type FitRequest, type JsonObject } from '@retrain/core';
import { parse } from 'csv-parse/sync';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CHECK_ROWS } from '../trainer/check-rows.js';
import type { CommandOptions } from './command-options.js';

/** Version of what the folder holds and of how the program answers. */
const CONTRACT = 1;

const TIME = '__time';
const OUTCOME = '__outcome';
const ROWS_AT_ONCE = 2000;
/** Characters of `out/result.json` that are read. */
const RESULT_SIZE = 65_536;

/** What the program left behind. */
export interface JobAnswer {
  readonly artifact: Uint8Array;
  readonly check: { readonly rows: number; readonly scores: Float64Array };
  /** What it says of itself. */
  readonly result: JsonObject;
}

/**
 * Writes `in/job.json`, `in/train.csv` and `in/check.csv` (missing values are empty cells), `in/init.onnx` for a warm
 * start, and makes `out/`.
 */
export function writeJob(folder: string, request: FitRequest, { hyper, warm_start }: CommandOptions): void {
  const { dataset, seed, lineage, initial } = request;
  const { task, schema } = dataset;
  const job = {
    contract: CONTRACT,
    run: lineage.run ?? null,
    seed,
    task: task.kind,
    classes: task.kind === 'classification' ? task.classes : [],
    features: schema.features.map(({ name }) => name),
    time: TIME,
    outcome: OUTCOME,
    rows: dataset.rows,
    check_rows: checkRows(dataset),
    hyper,
    input: 'features',
    output: task.kind === 'classification' ? 'probabilities' : 'value',
    max_opset: 22,
    max_ir: 10,
    threads: 1,
  };
  for (const name of ['in', 'out']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'in', 'job.json'), `${JSON.stringify(job, undefined, 2)}\n`);
  if (warm_start && initial) writeFileSync(join(folder, 'in', 'init.onnx'), initial);
  writeTable(join(folder, 'in', 'train.csv'), dataset);
  writeTable(join(folder, 'in', 'check.csv'), slice(dataset, 0, checkRows(dataset)));
}

/**
 * Reads what the program wrote.
 *
 * @throws DomainError `fitting_failed` that names the file that is missing or not what it must be.
 */
export function readAnswer(folder: string, dataset: Dataset): JobAnswer {
  const path = join(folder, 'out', 'model.onnx');
  if (!existsSync(path)) throw badAnswer('it wrote no out/model.onnx');
  return { artifact: readFileSync(path), check: readCheck(folder, dataset), result: readResult(folder) };
}

function readCheck(folder: string, dataset: Dataset): JobAnswer['check'] {
  const path = join(folder, 'out', 'check.csv');
  const rows = checkRows(dataset);
  const outputs = dataset.task.kind === 'classification' ? dataset.task.classes.length : 1;
  if (!existsSync(path)) throw badAnswer('it wrote no out/check.csv: its own scores of the rows of in/check.csv');
  let cells: string[][];
  try {
    cells = parse(readFileSync(path), { relax_column_count: true, skip_empty_lines: true });
  } catch {
    throw badAnswer('out/check.csv is not a CSV file');
  }
  const bad = cells.findIndex((row) => row.length !== outputs || row.some((cell) => !isNumber(cell)));
  if (cells.length !== rows || bad >= 0) {
    const found = bad >= 0 ? `row ${bad + 1} is ${JSON.stringify(cells[bad]!.slice(0, 5))}` : `it has ${cells.length}`;
    throw badAnswer(`out/check.csv must have ${rows} rows of ${outputs} finite numbers and no header; ${found}`);
  }
  return { rows, scores: Float64Array.from(cells.flat(), Number) };
}

function readResult(folder: string): JsonObject {
  const path = join(folder, 'out', 'result.json');
  if (!existsSync(path)) return {};
  if (statSync(path).size > RESULT_SIZE) throw badAnswer(`out/result.json is larger than ${RESULT_SIZE} bytes`);
  try {
    const result: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof result === 'object' && result !== null && !Array.isArray(result)) return result as JsonObject;
  } catch {
    // Refused below like everything else that is no mapping.
  }
  throw badAnswer('out/result.json is not a JSON object');
}

function writeTable(path: string, dataset: Dataset): void {
  const { rows, features, outcomes, times, schema, task } = dataset;
  const width = schema.features.length;
  const header = [TIME, OUTCOME, ...schema.features.map(({ name }) => name)].map(quoted);
  const outcomeText =
    task.kind === 'classification'
      ? (value: number) => quoted(task.classes[value] ?? '')
      : (value: number) => `${value}`;
  const file = openSync(path, 'w');
  try {
    writeSync(file, `${header.join(',')}\n`);
    for (let start = 0; start < rows; start += ROWS_AT_ONCE) {
      let text = '';
      for (let row = start; row < Math.min(rows, start + ROWS_AT_ONCE); row++) {
        text += `${new Date(times[row]!).toISOString()},${outcomeText(outcomes[row]!)}`;
        for (let column = 0; column < width; column++) {
          const value = features[row * width + column]!;
          text += Number.isNaN(value) ? ',' : `,${value}`;
        }
        text += '\n';
      }
      writeSync(file, text);
    }
  } finally {
    closeSync(file);
  }
}

const checkRows = ({ rows }: Dataset): number => Math.min(rows, CHECK_ROWS);

const isNumber = (cell: string): boolean => cell.trim() !== '' && Number.isFinite(Number(cell));

/** A text as a CSV cell (RFC 4180). */
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const badAnswer = (reason: string) => unprocessable('fitting_failed', `The fit failed: ${reason}.`);
