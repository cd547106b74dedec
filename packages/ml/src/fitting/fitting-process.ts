import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Share of the allowed memory that V8's heap may take; the rest is for typed arrays, stacks and the runtime itself. */
const HEAP_SHARE = 0.75;

/** Variables that the fitting process inherits; secrets of the host stay out of the reach of trainers. */
const ENVIRONMENT = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'NODE_ENV', 'SystemRoot'];

/** Whether the sources themselves run, without a build. */
const source = import.meta.url.endsWith('.ts');

/** Starts a fitting process; see `startChild`. */
export function startFittingProcess(memoryMb: number, folder: string): ChildProcess {
  return startChild(
    source ? new URL('./child.ts', import.meta.url) : new URL('./child.js', import.meta.url),
    memoryMb,
    folder,
  );
}

/**
 * Starts a process in a process group of its own, so that whatever it starts can be ended with it.
 *
 * @param folder where it and its programs put temporary files.
 */
export function startChild(entry: URL, memoryMb: number, folder: string): ChildProcess {
  const fromSource = ['--conditions=@retrain/source', `--import=${new URL('./from-source.mjs', import.meta.url).href}`];
  const heapMb = Math.max(16, Math.floor(memoryMb * HEAP_SHARE));
  const flags = [`--max-old-space-size=${heapMb}`, ...(source ? fromSource : [])];
  const known = ENVIRONMENT.filter((name) => process.env[name] !== undefined);
  return spawn(process.execPath, [...flags, fileURLToPath(entry)], {
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
