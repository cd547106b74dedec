import { RowReader, type RawRows } from '../dataset/row-reader.port.js';
import { sha256, canonicalJson } from '../shared/canonical-json.js';
import { unprocessable } from '../shared/errors.js';

/** Files that a test puts there. */
export class MemoryRowReader extends RowReader {
  readonly files = new Map<string, readonly Readonly<Record<string, unknown>>[]>();
  reads = 0;

  async read(path: string): Promise<RawRows> {
    this.reads++;
    const rows = this.files.get(path);
    if (!rows) throw unprocessable('data_file_missing', `There is no data file ${path}. Check training_data_path.`);
    return { rows, sha256: sha256(canonicalJson(rows)), rejected: [] };
  }
}
