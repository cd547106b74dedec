import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { postgresProgram } from './postgres-binaries.js';

/** The user and group "nobody" of every Unix: it owns nothing, which is all that Postgres asks for. */
const nobody = 65534;

/**
 * How a Postgres program has to be started: Postgres refuses to run as root.
 *
 * `command` takes the place of the program, `prefix` goes before the program's own arguments.
 */
export interface PostgresIdentity {
  /** Folder with bin/, lib/ and share/. */
  readonly home: string;
  /** Folder that holds the cluster's data; the wished one, unless its parents lock the identity out. */
  readonly dataDir: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Arguments of `unshare` that go before the program; undefined when the program is started directly. */
  readonly unshare?: readonly string[];
}

/**
 * Decides under which identity Postgres runs, and from where.
 *
 * A usual user starts it directly. Root starts it as nobody. Where nobody cannot pass a parent folder (a clone in
 * /root), a user namespace hides from Postgres that it is root; where the kernel forbids those, the binaries are copied
 * and the data kept in a folder of /var/tmp that nobody can reach, named after the wished data folder.
 */
export function choosePostgresIdentity(home: string, dataDir: string): PostgresIdentity {
  if (process.getuid?.() !== 0) return { home, dataDir };
  const hidden = { home, dataDir, unshare: ['--user'] };
  if (existsSync(dataDir)) {
    // A cluster serves only the owner of its folder.
    const { uid, gid } = statSync(dataDir);
    return uid === 0 ? hidden : { home, dataDir, uid, gid };
  }
  const asNobody = { uid: nobody, gid: nobody };
  if (nobodyCanPass(home) && nobodyCanPass(dirname(dataDir))) return { home, dataDir, ...asNobody };
  if (spawnSync('unshare', ['--user', 'true'], { stdio: 'ignore' }).status === 0) {
    return hidden;
  }
  const refuge = join(
    '/var/tmp',
    `retrain-postgres-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`,
  );
  return { home: copyBinaries(home, join(refuge, 'binaries')), dataDir: join(refuge, 'data'), ...asNobody };
}

/** Makes an empty folder, private to the identity. */
export function makePrivateFolder(path: string, identity: PostgresIdentity): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o700);
  giveTo(path, identity);
}

/** Hands a file or folder to the identity. */
export function giveTo(path: string, { uid, gid }: PostgresIdentity): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

/** Command line that runs a Postgres program under the identity. */
export function commandLine(
  identity: PostgresIdentity,
  program: 'postgres' | 'initdb',
  args: readonly string[],
): { command: string; args: string[]; uid?: number; gid?: number } {
  const path = postgresProgram(identity.home, program);
  if (identity.unshare) return { command: 'unshare', args: [...identity.unshare, path, ...args] };
  const owner = identity.uid === undefined ? {} : { uid: identity.uid, gid: identity.gid };
  return { command: path, args: [...args], ...owner };
}

function nobodyCanPass(folder: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o005) !== 0o005 && !(statSync(at).uid === nobody)) return false;
    if (at === dirname(at)) return true;
  }
}

function copyBinaries(home: string, target: string): string {
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  chmodSync(dirname(target), 0o755);
  cpSync(home, partial, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(partial, target);
  } catch {
    // Another process finished its copy first.
    rmSync(partial, { recursive: true, force: true });
  }
  return target;
}
