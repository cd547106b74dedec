import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const loader = join(import.meta.dirname, '../../../../scripts/typescript/register.mjs');

/** Runs a TypeScript file in a Node of its own, without a build: for specs that kill real processes. */
export function spawnSource(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, ['--import', loader, '--conditions=@retrain/source', file, ...args], {
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
