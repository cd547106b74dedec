import { defineNotifier, readOptions, type Json, type Notice } from '@retrain/core';
import { createHmac } from 'node:crypto';

function addressProblem(given: string): string | undefined {
  if (!URL.canParse(given)) return 'must be an address, https://… or http://…';
  const { protocol, username } = new URL(given);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must start with https:// or http://';
  return username ? 'must not hold a user or password; use "secret" or "headers"' : undefined;
}

/**
 * Posts each notice as JSON to an address; any answer but 2xx means "try again later".
 *
 * With `secret`, the header `x-retrain-signature: sha256=<hex>` is the HMAC of the body's bytes. `x-retrain-event` is the
 * event's number in the log: a notice may come twice, and this tells.
 */
export const webhook = defineNotifier({
  name: 'webhook',
  description: 'Posts events as JSON to an address; signed when a secret is given.',
  parseOptions: (raw) =>
    readOptions(raw, {
      url: { kind: 'text', required: true, problem: addressProblem },
      secret: { kind: 'text' },
      headers: { kind: 'texts' },
    }),
  notify: async (notice, options, signal) => {
    const { url, secret, headers } = options as { url: string; secret?: string; headers?: Record<string, string> };
    const body = JSON.stringify(wireForm(notice));
    const signature = secret && createHmac('sha256', secret).update(body).digest('hex');
    const { status, place } = await post(url, body, signal, {
      ...headers,
      'content-type': 'application/json',
      'user-agent': 'retrain',
      'x-retrain-event': String(notice.seq),
      ...(signature ? { 'x-retrain-signature': `sha256=${signature}` } : {}),
    });
    if (status < 200 || status > 299) throw new Error(`The webhook at ${place} answered ${status}.`);
  },
});

/** Errors name the host alone: paths and parameters of a webhook's address are often its secret. */
async function post(url: string, body: string, signal: AbortSignal, headers: Record<string, string>) {
  const place = new URL(url).host;
  try {
    const response = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' });
    await response.body?.cancel();
    return { status: response.status, place };
  } catch (error) {
    const { cause, name } = error as Error & { cause?: NodeJS.ErrnoException };
    const reason = name === 'TimeoutError' ? 'did not answer in time' : `cannot be reached (${cause?.code ?? name})`;
    throw new Error(`The webhook at ${place} ${reason}.`);
  }
}

function wireForm({ runId, ...notice }: Notice): Json {
  return { ...notice, ...(runId === undefined ? {} : { run_id: runId }) };
}
