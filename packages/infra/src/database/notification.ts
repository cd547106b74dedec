import type { Signal } from '@retrain/core';

/** Channel of LISTEN and NOTIFY. */
export const channel = 'retrain';

export const notifySql = `SELECT pg_notify('${channel}', $1)`;

export function payloadOf(signal: Signal): string {
  return JSON.stringify(signal);
}

/** The signal in a notification; undefined for what is none of ours. */
export function signalIn(payload: string | undefined): Signal | undefined {
  try {
    const signal = JSON.parse(payload ?? '') as { kind?: unknown } | null;
    return typeof signal?.kind === 'string' ? (signal as Signal) : undefined;
  } catch {
    return undefined;
  }
}
