import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What a running Postgres writes about itself into `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** True once it answers connections. */
  readonly ready: boolean;
}

/** Parses the text of a `postmaster.pid`; undefined when it is not complete (yet). */
export function parsePostmaster(text: string): Postmaster | undefined {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0) return undefined;
  return { pid, port, ready: (lines[7] ?? '').trim() === 'ready' };
}

/** The Postgres that serves this data folder now; undefined when none does, whatever an old file says. */
export function livePostmaster(dataDir: string): Postmaster | undefined {
  const path = pidFile(dataDir);
  if (!existsSync(path)) return undefined;
  const postmaster = parsePostmaster(readFileSync(path, 'utf8'));
  return postmaster && isPostgres(postmaster.pid) ? postmaster : undefined;
}

/**
 * Removes a `postmaster.pid` that a crash left behind.
 *
 * Postgres itself refuses to start while *some* process has the pid in it, be it a zombie or another program that
 * got the number after a reboot.
 */
export function removeStalePidFile(dataDir: string): void {
  if (existsSync(pidFile(dataDir)) && !livePostmaster(dataDir)) rmSync(pidFile(dataDir), { force: true });
}

/** Whether a process runs that is a Postgres and no zombie. */
export function isPostgres(pid: number): boolean {
  if (!exists(pid)) return false;
  if (process.platform === 'linux') return isLinuxPostgres(pid);
  if (process.platform === 'win32') return true;
  try {
    const described = execFileSync('ps', ['-o', 'stat=,comm=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return !described.startsWith('Z') && described.includes('postgres');
  } catch {
    return false;
  }
}

function isLinuxPostgres(pid: number): boolean {
  try {
    // "1234 (postgres) S …": the name in brackets, then the state.
    const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return name === 'postgres' && state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'postmaster.pid');
}
