import { spawnSync } from 'node:child_process';
import { root } from './root.mjs';

/** Says in one line why nothing goes on; the scripts print it without a stack trace. */
export class SetupError extends Error {}

/** Runs a program to its end, its output shown as it comes; throws a SetupError that says `what` failed. */
export function run(what, command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32' && !command.endsWith('.exe'),
  });
  if (status !== 0) throw new SetupError(`${what} failed${error ? `: ${error.message}` : ''}.`);
}
