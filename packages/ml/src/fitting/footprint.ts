import { readdirSync, readFileSync } from 'node:fs';

/**
 * What a fit may have changed in its process beside memory, as a text that is equal when nothing was: environment, working
 * directory, globals, listeners of the process, what keeps its event loop alive (timers, handles, programs), and, where
 * /proc tells (Linux), the other members of its process group, which it must lead.
 */
export function footprint(): string {
  // Every order has a folder of its own.
  const { TMPDIR: _, TEMP: __, ...environment } = process.env;
  const listeners = process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
  return JSON.stringify({
    environment: Object.entries(environment).sort(),
    directory: process.cwd(),
    globals: Object.getOwnPropertyNames(globalThis).sort(),
    listeners: listeners.sort(),
    resources: process.getActiveResourcesInfo().sort(),
    programs: groupMembers(),
  });
}

function groupMembers(): readonly string[] {
  const processes = (process.platform === 'linux' ? readdirSync('/proc') : []).filter((name) => /^\d+$/.test(name));
  return processes.filter((name) => name !== String(process.pid) && groupOf(name) === process.pid);
}

function groupOf(name: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
    // Its name, in brackets, may hold anything.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    return undefined;
  }
}
