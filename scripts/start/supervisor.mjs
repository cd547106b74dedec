import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../setup/root.mjs';
import { say, showLines } from './log.mjs';

const firstPause = 500;
const longestPause = 30_000;
/** A process that ran this long was healthy: its next pause is the first again. */
const healthyAfter = 60_000;
const graceSeconds = 30;
/** An app that dies this often before the system was ever up will not come up. */
const firstAttempts = 5;
/** An app ends with this code (EX_CONFIG) when starting it again would not help. */
const wrongConfiguration = 78;

/**
 * Keeps one process running: starts it again when it dies, after a pause that doubles from 0.5 s to 30 s.
 *
 * The process gets an IPC channel and leaves by itself when the channel closes.
 */
export class Supervised {
  constructor(app, env, onHopeless) {
    this.app = app;
    this.env = env;
    this.onHopeless = onHopeless;
    this.pause = firstPause;
    this.deaths = 0;
    this.stopping = false;
    /** Set once the system was up: from then on every death is an accident. */
    this.proven = false;
  }

  start() {
    const startedAt = Date.now();
    const { name, main, variable, port } = this.app;
    const env = { ...process.env, ...this.env, [variable]: String(port), PORT: String(port) };
    const child = spawn(process.execPath, [main], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.child = child;
    showLines(name, child.stdout);
    showLines(name, child.stderr);
    child.once('exit', (code, signal) => {
      this.child = undefined;
      if (this.stopping) return;
      if (code === wrongConfiguration)
        return this.onHopeless(`${name} cannot run with this configuration (see above).`);
      this.deaths += 1;
      if (!this.proven && this.deaths >= firstAttempts) {
        return this.onHopeless(`${name} died ${this.deaths} times without coming up (see above).`);
      }
      if (Date.now() - startedAt > healthyAfter) this.pause = firstPause;
      say(name, `ended (${signal ?? `code ${code}`}); starting again in ${this.pause / 1000} s`);
      this.timer = setTimeout(() => this.start(), this.pause);
      this.pause = Math.min(this.pause * 2, longestPause);
    });
  }

  /** Asks the process to end, and ends it after the grace period. */
  async stop() {
    this.stopping = true;
    clearTimeout(this.timer);
    const { child } = this;
    if (!child) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const patience = new AbortController();
    const late = sleep(graceSeconds * 1000, 'late', { signal: patience.signal }).catch(() => undefined);
    if ((await Promise.race([ended, late])) === 'late') {
      say(this.app.name, `did not end within ${graceSeconds} s; killing it`);
      child.kill('SIGKILL');
      await ended;
    }
    patience.abort();
  }
}
