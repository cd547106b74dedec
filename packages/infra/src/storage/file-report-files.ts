import { invalid, ReportFiles } from '@retrain/core';
import { join, relative, resolve, sep } from 'node:path';
import { writeDurably } from './write-durably.js';

/** Reports as files on disk. Relative folders are taken from `home`; answers keep the paths as given. */
export class FileReportFiles extends ReportFiles {
  constructor(private readonly home: string) {
    super();
  }

  async write(directory: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const targets = Object.entries(files).map(([name, text]) => ({ path: confined(directory, name), text }));
    for (const { path, text } of targets) {
      await writeDurably(resolve(this.home, path), new TextEncoder().encode(text));
    }
    return targets.map(({ path }) => path);
  }
}

function confined(directory: string, name: string): string {
  const inside = relative(resolve(directory), resolve(directory, name));
  const leaves = inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || resolve(inside) === inside;
  if (leaves) throw invalid('path_outside', `"${name}" does not lie inside ${directory}.`);
  return join(directory, inside);
}
