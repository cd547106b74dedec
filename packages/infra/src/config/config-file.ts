import { messageOf, sha256, type Issue, type JsonObject } from '@retrain/core';
import { readFile, stat } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';

const largestBytes = 1_048_576;

/** What a configuration file says, or why it cannot be read. */
export type ConfigFileReading =
  | { readonly values: JsonObject; readonly sha256: string; readonly absent?: true; readonly issues?: undefined }
  | { readonly issues: readonly Issue[]; readonly sha256: string; readonly values?: undefined };

/** Reads the file; a missing one is empty unless it is required. */
export async function readConfigFile(path: string, required: boolean): Promise<ConfigFileReading> {
  try {
    if ((await stat(path)).size > largestBytes) return refused('', 'is larger than 1 MB', '');
    return parseConfig(await readFile(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !required) return { values: {}, sha256: sha256(''), absent: true };
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? String(error)})`;
    return refused('', `the file ${path} ${reason}`, '');
  }
}

/** Parses YAML 1.2: a mapping in UTF-8, no key twice. Problems carry their line. */
export function parseConfig(bytes: Uint8Array): ConfigFileReading {
  const hash = sha256(bytes);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refused('', 'is not text in UTF-8', hash);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, merge: false });
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    const issues = problems.map(({ code, message, pos }): Issue => {
      const { line, col } = lineCounter.linePos(pos[0]);
      const what = code === 'DUPLICATE_KEY' ? `the key "${wordAt(text, pos[0])}" is there already` : message;
      return { path: `line ${line}, column ${col}`, message: what };
    });
    return { issues, sha256: hash };
  }
  let values: unknown;
  try {
    values = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Aliases of aliases that would fill the memory, or that name nothing.
    return refused('', messageOf(error), hash);
  }
  if (values === null) return { values: {}, sha256: hash };
  if (typeof values !== 'object' || Array.isArray(values)) return refused('', 'must be a mapping of keys', hash);
  return { values: values as JsonObject, sha256: hash };
}

function refused(path: string, message: string, hash: string): ConfigFileReading {
  return { issues: [{ path, message }], sha256: hash };
}

function wordAt(text: string, offset: number): string {
  return /^[^\s:]*/.exec(text.slice(offset))?.[0] ?? '';
}
