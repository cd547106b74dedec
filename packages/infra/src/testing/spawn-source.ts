import { spawn, type ChildProcess } from 'node:child_process';
import { join, sep } from 'node:path';

const loader = join(import.meta.dirname, '../../../../scripts/typescript/register.mjs');

/**
 * What Node is given to run a TypeScript file of a package or an app.
 *
 * A test run that has built everything says so in RETRAIN_TEST_BUILT; what was built runs then, as in production, and
 * starts in half the time. Otherwise the source runs as it is.
 */
export function sourceArguments(file: string): readonly string[] {
  return process.env['RETRAIN_TEST_BUILT']
    ? [file.replace(`${sep}src${sep}`, `${sep}dist${sep}`).replace(/\.ts$/, '.js')]
    : ['--import', loader, '--conditions=@retrain/source', file];
}

/** Runs a TypeScript file of a package or an app in a Node of its own: for specs that kill real processes. */
export function spawnSource(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [...sourceArguments(file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
}

/** Resolves when the process has printed the text. */
export function printed(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`The process ended (${code}) before it printed "${text}": ${seen}`)));
  });
}
