import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { swcOptions } from './options.mjs';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '../..');
const cache = join(root, 'node_modules', '.cache', 'retrain-typescript');
const { version } = JSON.parse(readFileSync(join(root, 'node_modules/@swc/core/package.json'), 'utf8'));
// Node reads no source maps unless it is told to.
const options = { ...swcOptions, sourceMaps: false };
const compiler = `${version} ${JSON.stringify(options)}`;

/** Relative imports name the file that a build would make: `./x.js` is `./x.ts` here, unless there is an `x.js`. */
export function resolve(specifier, context, next) {
  if (/^(\.{1,2}\/|file:).*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return { url: source.href, format: 'module', shortCircuit: true };
  }
  return next(specifier, context);
}

/** Gives a TypeScript module compiled. */
export function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  return { format: 'module', source: compiled(fileURLToPath(url)), shortCircuit: true };
}

/**
 * The JavaScript of a file, compiled once for all processes.
 *
 * The compiler is loaded only for a file that has changed: loading it takes longer and more memory than most programs.
 */
function compiled(filename) {
  const source = readFileSync(filename, 'utf8');
  const key = sha256(`${compiler}\0${filename}\0${source}`);
  const kept = join(cache, `${sha256(filename)}.js`);
  const found = existsSync(kept) ? readFileSync(kept, 'utf8') : '';
  if (found.startsWith(key)) return found.slice(key.length);
  const { code } = require('@swc/core').transformSync(source, {
    ...options,
    filename,
    configFile: false,
    swcrc: false,
  });
  keep(kept, key + code);
  return code;
}

/** Renamed into place: another process reads the whole of it, or what stood there before. */
function keep(file, text) {
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch {
    // A folder that cannot be written costs time, nothing else.
  }
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}
