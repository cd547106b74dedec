import { createServer } from 'node:http';

/** An open waiting room. */
export interface WaitingRoom {
  /** Frees the port; requests in flight are answered first. */
  close(): Promise<void>;
}

/**
 * Answers for an app that waits for what it needs: alive, not ready, and why. Anything but a probe gets a problem
 * document with status 503.
 *
 * Rejects when the port cannot be listened on.
 */
export function openWaitingRoom(host: string, port: number, reason: () => string): Promise<WaitingRoom> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    const [status, type, body] =
      path === '/health/live'
        ? [200, 'application/json', { status: 'alive' }]
        : path === '/health/ready'
          ? [503, 'application/json', { ready: false, checks: { process: reason() } }]
          : [503, 'application/problem+json', problem(reason())];
    response.writeHead(status, { 'content-type': type, connection: 'close', 'retry-after': '2' });
    response.end(JSON.stringify(body));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const close = () => new Promise<void>((done) => server.close(() => done()));
      resolve({ close });
    });
  });
}

function problem(detail: string) {
  return { type: 'about:blank', title: 'Not ready', status: 503, code: 'not_ready', detail };
}
