import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const TIMES = 4;

/**
 * How many times as much two bare processes get done as one on this machine, fitting the same at the same time: cores
 * share caches and memory, and no second trainer can give more than this.
 */
export async function twoAtOnce(): Promise<number> {
  const processes = [start(), start()];
  try {
    for (const child of processes) await once(child, 'message');
    const [first, second] = processes as [ChildProcess, ChildProcess];
    await fitOnce(first);
    await fitOnce(second);
    let [alone, together] = [0, 0];
    for (let time = 0; time < TIMES; time++) {
      alone += await fitOnce(time % 2 === 0 ? first : second);
      together += Math.max(...(await Promise.all([fitOnce(first), fitOnce(second)])));
    }
    return (2 * alone) / together;
  } finally {
    for (const child of processes) child.kill();
  }
}

const start = () =>
  fork(join(import.meta.dirname, 'bare-process.js'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });

/** Seconds that one fit of the process took. */
async function fitOnce(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message');
  child.send('fit');
  return Number((await answer)[0]);
}
