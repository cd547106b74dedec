import { invalid, ReportFiles } from '@retrain/core';
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Reports as files of this machine. */
export class LocalReportFiles extends ReportFiles {
  async write(directory: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const targets = Object.entries(files).map(([name, content]) => ({ path: confined(directory, name), content }));
    for (const { path, content } of targets) await replace(path, content);
    return targets.map(({ path }) => path);
  }
}

function confined(directory: string, name: string): string {
  const inside = relative(resolve(directory), resolve(directory, name));
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || resolve(inside) === inside) {
    throw invalid('path_outside', `"${name}" does not lie inside ${directory}.`);
  }
  return join(directory, inside);
}

async function replace(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
