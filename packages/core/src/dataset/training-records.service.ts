import { stat } from 'node:fs/promises';
import { ConfigStore } from '../config/config-store.port.js';
import type { ModelDefinition, ModelRecord } from '../model/model-definition.js';
import { PluginRegistry } from '../plugin/registry.js';
import { canonicalJson, sha256 } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.port.js';
import { invalid } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { mergeRecords } from './merge-records.js';
import { parseRecords } from './parse-records.js';
import { Records } from './records.port.js';
import { RowReader, type RawRows, type RejectedRow } from './row-reader.port.js';

/** The records of a model, and what was left out of them. */
export interface History {
  /** One per key, ascending by time, then key. */
  readonly records: readonly ModelRecord[];
  /** Rows of the source that could not be used. */
  readonly rejected: readonly RejectedRow[];
  /** Rows under a key that another row had already; the later one won. */
  readonly duplicates: number;
  /** Records that lie in the future of the question (after `asOf`, or now). */
  readonly future: number;
  /** Hex sha256 of the history source's bytes. */
  readonly sha256: string;
  /** Where the history was read from. */
  readonly source: string;
}

interface Parsed {
  readonly stamp?: string;
  readonly records: readonly ModelRecord[];
  readonly rejected: readonly RejectedRow[];
  readonly sha256: string;
}

const BUILTIN = 'quickstart:';
const PAGE = 1_000;

/** Reads the records that a model is trained on: its history file and the rows observed since. */
@Service()
export class TrainingRecords {
  /** Parsed history by definition and path, as long as the file stays the same. */
  private readonly parsed = new Map<string, Parsed>();

  constructor(
    private readonly config: ConfigStore,
    private readonly plugins: PluginRegistry,
    private readonly reader: RowReader,
    private readonly observed: Records,
    private readonly clock: Clock,
  ) {}

  /** The history alone, before `training_data_until`. Rejects with the reader's error when the source cannot be read. */
  history(model: string): Promise<History> {
    return this.gather(model, this.clock.now(), []);
  }

  /** History and observed records, nothing after `asOf`; an observed record replaces the history's of the same key. */
  async all(model: string, asOf: Date): Promise<History> {
    const observed: ModelRecord[] = [];
    for (let after = 0; ;) {
      const page = await this.observed.after(model, after, PAGE);
      for (const { key, occurredAt, payload } of page) observed.push({ key, occurredAt, payload });
      if (page.length < PAGE) break;
      after = page.at(-1)!.seq;
    }
    return this.gather(model, asOf, observed);
  }

  private async gather(model: string, asOf: Date, observed: readonly ModelRecord[]): Promise<History> {
    const { training_data_path: path, training_data_until: until } = this.config.forModel(model);
    const entry = this.config.current().config.models[model];
    const source = await this.read(this.plugins.models.get(entry?.definition ?? model), path);
    const cut = until === undefined ? Infinity : Date.parse(until);
    const history = source.records.filter((record) => record.occurredAt.getTime() < cut);
    const { records, duplicates } = mergeRecords(history, observed);
    const known = records.filter((record) => record.occurredAt <= asOf);
    return {
      records: known,
      rejected: source.rejected,
      duplicates,
      future: records.length - known.length,
      sha256: source.sha256,
      source: path,
    };
  }

  private async read(definition: ModelDefinition, path: string): Promise<Parsed> {
    const name = JSON.stringify([definition.name, path]);
    const stamp = await stampOf(path);
    const known = this.parsed.get(name);
    if (known && stamp !== undefined && known.stamp === stamp) return known;
    const raw = path.startsWith(BUILTIN) ? await builtin(definition, path) : await this.reader.read(path);
    const { records, rejected } = parseRecords(definition, raw.rows);
    const parsed = { stamp, records, rejected: [...raw.rejected, ...rejected], sha256: raw.sha256 };
    this.parsed.set(name, parsed);
    return parsed;
  }
}

/** What tells that a source is still the same; undefined when nothing does, so that it is read again. */
async function stampOf(path: string): Promise<string | undefined> {
  if (path.startsWith(BUILTIN)) return 'builtin';
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs}:${size}:${ino}`;
  } catch {
    return undefined;
  }
}

async function builtin(definition: ModelDefinition, path: string): Promise<RawRows> {
  const rows = await definition.builtinData?.(path.slice(BUILTIN.length));
  if (rows) return { rows, sha256: sha256(canonicalJson(rows)), rejected: [] };
  const told = `Model "${definition.name}" brings no data "${path}". Set training_data_path to a CSV, Parquet or JSON file.`;
  throw invalid('unknown_builtin_data', told);
}
