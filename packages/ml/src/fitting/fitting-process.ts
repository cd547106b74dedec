import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FitOrder } from './messages.js';

/** Share of the allowed memory that V8's heap may take; the rest is for typed arrays, stacks and the runtime itself. */
const HEAP_SHARE = 0.75;

/** Variables that the fitting process inherits; secrets of the host stay out of the reach of trainers. */
const ENVIRONMENT = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'NODE_ENV', 'SystemRoot'];

/** Characters of its error output that are kept. */
const ERROR_OUTPUT = 65_536;

/** Whether the sources themselves run, without a build. */
const source = import.meta.url.endsWith('.ts');
const loader = new URL('../../../../scripts/typescript/register.mjs', import.meta.url).href;
const entry = source ? new URL('./child.ts', import.meta.url) : new URL('./child.js', import.meta.url);

/** A process that fits one order after the other, in a process group of its own. */
export class FittingProcess {
  readonly child: ChildProcess;
  /** The end of what it wrote to its error output since its last order. */
  errorOutput = '';

  constructor(readonly memoryMb: number) {
    // It collects its garbage before it tells how much memory a fit has left taken.
    this.child = startChild(entry, memoryMb, tmpdir(), ['--expose-gc']);
    // Whatever a trainer has started ends with it, and so lets go of the error output.
    this.child.once('exit', () => this.signal('SIGKILL'));
    // What cannot be started never ends either; who waits for it is told by a listener of his own.
    this.child.on('error', () => undefined);
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errorOutput = (this.errorOutput + text).slice(-ERROR_OUTPUT);
    });
  }

  /** False once its end is known of. */
  get alive(): boolean {
    return this.child.connected && this.child.exitCode === null && this.child.signalCode === null;
  }

  send(order: FitOrder): void {
    this.errorOutput = '';
    // A process that ends before it has read its order is reported by its exit.
    this.child.send(order, () => undefined);
  }

  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    signalGroup(this.child, signal);
  }

  /** Whether the host stays alive for it. */
  hold(held: boolean): void {
    const { child } = this;
    for (const handle of [child, child.channel, child.stderr as Socket | null]) {
      if (held) handle?.ref();
      else handle?.unref();
    }
  }
}

/**
 * Starts a process in a process group of its own, so that whatever it starts can be ended with it.
 *
 * @param folder where it and its programs put temporary files.
 * @param flags of Node.js, beside those that limit its memory.
 */
export function startChild(entry: URL, memoryMb: number, folder: string, flags: readonly string[] = []): ChildProcess {
  const fromSource = ['--conditions=@retrain/source', `--import=${loader}`];
  const heapMb = Math.max(16, Math.floor(memoryMb * HEAP_SHARE));
  const all = [`--max-old-space-size=${heapMb}`, ...flags, ...(source ? fromSource : [])];
  const known = ENVIRONMENT.filter((name) => process.env[name] !== undefined);
  return spawn(process.execPath, [...all, fileURLToPath(entry)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    detached: true,
    env: { ...Object.fromEntries(known.map((name) => [name, process.env[name]])), TMPDIR: folder, TEMP: folder },
  });
}

/** Sends a signal to the whole process group; says nothing when it is gone already. */
export function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Ended in the meantime.
  }
}
