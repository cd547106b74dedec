import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Larger files are named, not read. */
const LARGEST = 64 * 1_048_576;

/** A file that a command runs or is given. */
export interface ProgramFile {
  readonly path: string;
  /** Hex; left out for a file that is too large to be read each time. */
  readonly sha256?: string;
}

/** The files among the parts of a located command, the program itself found on the PATH: what a fit was really done by. */
export function programFiles(command: readonly string[], path = process.env['PATH'] ?? ''): readonly ProgramFile[] {
  return command.flatMap((part, index) => {
    const found = index === 0 && !part.includes('/') ? onPath(part, path) : isAbsolute(part) ? part : undefined;
    const file = found === undefined ? undefined : fileAt(found);
    return file ? [file] : [];
  });
}

function onPath(program: string, path: string): string | undefined {
  const places = path.split(delimiter).filter((folder) => folder !== '');
  return places.map((folder) => join(folder, program)).find((place) => fileSize(place) !== undefined);
}

function fileAt(given: string): ProgramFile | undefined {
  const size = fileSize(given);
  if (size === undefined) return undefined;
  const path = realpathSync(given);
  if (size > LARGEST) return { path };
  return { path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
}

/** Undefined for what is no file that can be looked at. */
function fileSize(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}
