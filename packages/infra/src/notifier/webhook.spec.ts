import type { Notice } from '@retrain/core';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../embedded/free-port.js';
import { webhook } from './webhook.js';

const notice: Notice = {
  seq: 7,
  type: 'run.failed',
  alias: 'retraining_failed',
  model: 'premier-league',
  runId: '0f9a',
  actor: 'system',
  at: '2024-05-01T12:00:00.000Z',
  title: 'premier-league: retraining failed: no data — “matches.csv”',
  payload: { code: 'data_file_missing' },
};

describe('a webhook', () => {
  let server: Server;
  let address: string;
  let status: number | 'silent';
  let received: { headers: IncomingHttpHeaders; body: string; url: string | undefined }[];

  beforeEach(async () => {
    status = 200;
    received = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), url: request.url });
        if (status === 'silent') return;
        response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {});
        response.end('thank you');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/t0ps3cret`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const post = (options = {}, signal = AbortSignal.timeout(5000)) =>
    webhook.notify(notice, webhook.parseOptions({ url: address, ...options }), signal);

  it('gets the notice as JSON', async () => {
    await post({ headers: { authorization: 'Bearer x' } });
    expect(received).toHaveLength(1);
    const { runId, ...others } = notice;
    expect(JSON.parse(received[0]!.body)).toEqual({ ...others, run_id: runId });
    expect(received[0]!.headers).toMatchObject({
      'content-type': 'application/json',
      'x-retrain-event': '7',
      authorization: 'Bearer x',
    });
    expect(received[0]!.headers).not.toHaveProperty('x-retrain-signature');
  });

  it('can check by the shared secret that we sent it', async () => {
    await post({ secret: 'shared' });
    const { body, headers } = received[0]!;
    const expected = createHmac('sha256', 'shared').update(Buffer.from(body)).digest('hex');
    expect(headers['x-retrain-signature']).toBe(`sha256=${expected}`);
  });

  it.each([400, 404, 429, 500, 503, 302])('is tried again later when it answers %d', async (answer) => {
    status = answer;
    await expect(post()).rejects.toThrow(new RegExp(`answered ${answer}`));
    expect(received).toHaveLength(1);
  });

  it('is tried again later when it does not answer in time, or is not there', async () => {
    status = 'silent';
    await expect(post({}, AbortSignal.timeout(100))).rejects.toThrow('did not answer in time');
    const gone = `http://127.0.0.1:${await freePort()}/hooks/t0ps3cret`;
    await expect(post({ url: gone })).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/);
  });

  it('never has its path in an error: it is often the secret', async () => {
    status = 500;
    await expect(post()).rejects.not.toThrow(/t0ps3cret/);
    await expect(post({ url: `http://127.0.0.1:${await freePort()}/hooks/t0ps3cret` })).rejects.not.toThrow(
      /t0ps3cret/,
    );
  });

  it.each([
    [{}, 'url'],
    [{ url: 'hook' }, 'url'],
    [{ url: 'ftp://example.org' }, 'url'],
    [{ url: 'https://user:pw@example.org' }, 'url'],
    [{ url: 'https://example.org', secret: '' }, 'secret'],
    [{ url: 'https://example.org', headers: { a: 1 } }, 'headers'],
    [{ url: 'https://example.org', scret: 'x' }, 'scret'],
  ])('is refused with the options %j', (options, path) => {
    expect(() => webhook.parseOptions(options as never)).toThrow(
      expect.objectContaining({ code: 'invalid_options', issues: [expect.objectContaining({ path })] }),
    );
  });
});
