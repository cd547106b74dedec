import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../setup/root.mjs';

/** Runs one tool of node_modules; its output is shown only when it fails. Counts as one. */
export async function check(name, script, args) {
  const startedAt = Date.now();
  const path = join(root, 'node_modules', script);
  const child = spawn(process.execPath, [path, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) },
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (told += text));
  const [status, signal] = await once(child, 'close');
  return report(name, startedAt, status === 0 ? undefined : told || `ended with ${status ?? signal}`);
}

/** Prints how a check ended: `problem` is undefined when it passed. */
export function report(name, startedAt, problem) {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${problem === undefined ? 'ok  ' : 'FAIL'}  ${name} (${seconds} s)`);
  if (problem !== undefined) console.log(problem);
  return problem === undefined ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}
