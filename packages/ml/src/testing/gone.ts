import { isAlive } from '../fitting/is-alive.js';

/** Waits up to two seconds for a process to end; answers whether it has. */
export async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(pid); tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  return !isAlive(pid);
}
