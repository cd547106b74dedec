import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves true once the address answers 200, false when `signal` aborts first. */
export async function answers(url, signal) {
  while (!signal.aborted) {
    const ok = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(3000)]) })
      .then((response) => response.ok)
      .catch(() => false);
    if (ok) return true;
    await sleep(200, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
