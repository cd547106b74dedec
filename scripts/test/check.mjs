import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../setup/root.mjs';

/** Runs one tool of node_modules; its output is shown only when it fails. Counts as one. */
export function check(name, script, args) {
  const startedAt = Date.now();
  const path = join(root, 'node_modules', script);
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) },
  });
  return report(name, startedAt, status === 0 ? undefined : `${stdout}${stderr}`);
}

/** Prints how a check ended: `problem` is undefined when it passed. */
export function report(name, startedAt, problem) {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${problem === undefined ? 'ok  ' : 'FAIL'}  ${name} (${seconds} s)`);
  if (problem !== undefined) console.log(problem);
  return problem === undefined ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}
