import { isAlive } from '../fitting/is-alive.js';

/** Waits for a process to end, a busy machine's while if need be; answers whether it has. */
export async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 750 && isAlive(pid); tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  return !isAlive(pid);
}
