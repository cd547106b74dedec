import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort, isPortFree } from './free-port.js';
import { locatePostgres } from './postgres-binaries.js';
import {
  choosePostgresIdentity,
  commandLine,
  giveTo,
  makePrivateFolder,
  type PostgresIdentity,
} from './postgres-identity.js';
import { isPostgres, livePostmaster, removeStalePidFile, type Postmaster } from './postmaster.js';

const user = 'retrain';
const startSeconds = 30;
const stopSeconds = 20;

export interface EmbeddedPostgresOptions {
  /** Absolute path of the cluster's folder; made when missing. The password and the log lie beside it. */
  readonly dataDir: string;
  /** Port of 127.0.0.1; the operating system chooses a free one when it is not given. */
  readonly port?: number;
  /** Server settings, for example `{ max_connections: '200' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Stops Postgres when this process dies without having called `stop()`. Default true (Unix only). */
  readonly guarded?: boolean;
}

/**
 * A Postgres of our own, from the binaries that npm installed: for a start without any database server.
 *
 * The cluster is made on the first start and kept. A Postgres that still serves the folder (its starter was killed)
 * is taken over; what a crash left behind is cleared away.
 */
export class EmbeddedPostgres {
  private identity: PostgresIdentity | undefined;
  private postmaster: Postmaster | undefined;
  private guard: ChildProcess | undefined;
  private port: number | undefined;

  constructor(private readonly options: EmbeddedPostgresOptions) {}

  /** Starts or takes over; answers the server's address, without a database name: `postgres://user:pw@127.0.0.1:port`. */
  async start(): Promise<string> {
    const identity = choosePostgresIdentity(locatePostgres(), this.options.dataDir);
    this.identity = identity;
    mkdirSync(dirname(identity.dataDir), { recursive: true });
    if (!existsSync(identity.dataDir)) this.initialise(identity);
    const running = livePostmaster(identity.dataDir);
    if (running) this.stopWhenOrphaned(running.pid);
    this.postmaster = running ? await this.becomeReady(running.pid) : await this.launch(identity);
    return `postgres://${user}:${this.password(identity)}@127.0.0.1:${this.postmaster.port}`;
  }

  /** Whether the server that `start()` started runs; if not, `start()` brings it back on the same port. */
  isRunning(): boolean {
    return this.postmaster !== undefined && isPostgres(this.postmaster.pid);
  }

  /** Stops the server and waits until it is gone; open sessions are ended, committed work is safe. */
  async stop(): Promise<void> {
    const pid = this.postmaster?.pid;
    this.postmaster = undefined;
    this.guard?.kill('SIGKILL');
    this.guard = undefined;
    if (pid === undefined || !isPostgres(pid)) return;
    process.kill(pid, 'SIGINT');
    for (const end = Date.now() + stopSeconds * 1000; isPostgres(pid); await sleep(10)) {
      if (Date.now() > end) throw new Error(`The embedded Postgres (pid ${pid}) did not stop in ${stopSeconds} s.`);
    }
  }

  private initialise(identity: PostgresIdentity): void {
    // Made aside and renamed: a start that is killed in the middle leaves no half cluster.
    const fresh = `${identity.dataDir}.new`;
    rmSync(fresh, { recursive: true, force: true });
    makePrivateFolder(fresh, identity);
    const passwordFile = passwordPath(identity);
    writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
    giveTo(passwordFile, identity);
    const { command, args, ...owner } = commandLine(identity, 'initdb', [
      ...['-D', fresh, '-U', user, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'],
      ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-sync'],
    ]);
    const { status, stderr, error } = spawnSync(command, args, { ...owner, cwd: '/', encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(
        `Postgres could not make its data folder ${identity.dataDir}: ${error?.message ?? stderr.trim()}`,
      );
    }
    renameSync(fresh, identity.dataDir);
  }

  private async launch(identity: PostgresIdentity): Promise<Postmaster> {
    // Started again, it keeps its port: its clients know no other.
    const port = this.options.port ?? this.port ?? (await freePort());
    if (!(await isPortFree(port))) {
      throw new Error(
        `Port ${port} of 127.0.0.1, wanted for the embedded Postgres, is in use: free it or choose another.`,
      );
    }
    removeStalePidFile(identity.dataDir);
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      ...this.options.settings,
    };
    const { command, args, ...owner } = commandLine(identity, 'postgres', [
      ...['-D', identity.dataDir],
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ]);
    const log = openSync(logPath(identity), 'a');
    // Detached: Ctrl+C reaches the whole terminal group, and Postgres has to outlive the apps that use it.
    const child = spawn(command, args, { ...owner, cwd: '/', detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    child.unref();
    if (child.pid !== undefined) this.stopWhenOrphaned(child.pid);
    const failed = new Promise<never>((_, reject) => {
      child.once('error', (error) => reject(new Error(`Postgres could not be started: ${error.message}`)));
      child.once('exit', () => reject(new Error(`Postgres ended while starting. ${lastLines(logPath(identity))}`)));
    });
    const postmaster = await Promise.race([failed, this.becomeReady(child.pid)]);
    child.removeAllListeners('exit');
    this.port = port;
    return postmaster;
  }

  private async becomeReady(pid: number | undefined): Promise<Postmaster> {
    const { dataDir } = this.identity ?? this.options;
    for (const end = Date.now() + startSeconds * 1000; Date.now() < end; await sleep(10)) {
      const postmaster = livePostmaster(dataDir);
      if (postmaster?.pid === pid && postmaster?.ready) return postmaster;
    }
    throw new Error(`Postgres was not ready within ${startSeconds} s; its log lies beside ${dataDir}.`);
  }

  /** A shell waits for the end of its input, which comes when this process ends in whatever way. */
  private stopWhenOrphaned(pid: number): void {
    this.guard?.kill('SIGKILL');
    if (process.platform === 'win32' || this.options.guarded === false) return;
    const script = `cat >/dev/null; kill -INT ${pid} 2>/dev/null`;
    this.guard = spawn('sh', ['-c', script], { cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.guard.unref();
    (this.guard.stdin as unknown as { unref(): void }).unref();
  }

  private password(identity: PostgresIdentity): string {
    return readFileSync(passwordPath(identity), 'utf8').trim();
  }
}

/** Makes the database when the server has none of that name; answers its address. */
export async function ensureDatabase(server: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!rowCount) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return `${server}/${name}`;
}

function passwordPath(identity: PostgresIdentity): string {
  return `${identity.dataDir}.password`;
}

function logPath(identity: PostgresIdentity): string {
  return `${identity.dataDir}.log`;
}

function lastLines(path: string): string {
  return readFileSync(path, 'utf8').trim().split('\n').slice(-3).join(' | ');
}
