import { readFileSync } from 'node:fs';

/**
 * Calls `onGone` when the npm that runs this script is gone.
 *
 * A signal sent to npm ends npm and the shell between, but does not reach this process.
 */
export function watchNpm(onGone) {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && (npm === undefined || exists(npm))) return;
    clearInterval(timer);
    onGone();
  }, 500);
  timer.unref();
}

/** Known on Linux only; elsewhere the shell alone is watched. */
function parentOf(pid) {
  try {
    const [, parent] = /^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return Number(parent) > 1 ? Number(parent) : undefined;
  } catch {
    return undefined;
  }
}

function exists(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
