import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../setup/root.mjs';
import { report } from './check.mjs';

const longest = 400;
const folders = ['apps', 'packages', 'plugins', 'examples', 'scripts', 'test', 'bench'];
const skipped = new Set(['node_modules', 'dist', '.turbo', 'coverage']);

/** Fails for every source file of more than 400 lines: it holds more than one thing. */
export function checkFileLengths() {
  const startedAt = Date.now();
  const tooLong = folders
    .flatMap((folder) => [...sources(join(root, folder))])
    .map((path) => ({ path: relative(root, path), lines: readFileSync(path, 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > longest)
    .map(({ path, lines }) => `${path}: ${lines} lines, at most ${longest} are allowed`);
  return report('file lengths', startedAt, tooLong.length === 0 ? undefined : tooLong.join('\n'));
}

function* sources(folder) {
  let entries = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) yield* sources(path);
    else if (entry.isFile() && /\.(ts|mjs|cjs|js|css|html)$/.test(entry.name)) yield path;
  }
}
