import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Versions of the runtime, of this package and of the packages that the modules (URLs, paths or package names) belong to. */
export function fittingEnvironment(modules: readonly string[]): Readonly<Record<string, string>> {
  const runtime = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const files = [runtime, fileURLToPath(import.meta.url), ...modules.map(fileOf)];
  return Object.fromEntries(files.flatMap((file) => (file === undefined ? [] : packageOf(file))));
}

/** The file behind a module's address; undefined where there is none. */
function fileOf(module: string): string | undefined {
  if (isAbsolute(module)) return module;
  try {
    return fileURLToPath(module.startsWith('file:') ? module : import.meta.resolve(module));
  } catch {
    return undefined;
  }
}

/** Name and version of the package that a file belongs to; nothing where it belongs to none. */
function packageOf(file: string): readonly (readonly [string, string])[] {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (!existsSync(path)) continue;
    const { name, version } = JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string };
    if (name !== undefined && version !== undefined) return [[name, version]];
  }
  return [];
}
