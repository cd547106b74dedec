import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommandFailed, exitCode } from '../exit-code.js';
import { ApiClient, withQuery } from './api-client.js';

let server: Server | undefined;

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

const failureOf = async (work: Promise<unknown>): Promise<CommandFailed> => {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(CommandFailed);
  return failure as CommandFailed;
};

describe('the API client', () => {
  it('sends the key and reads the answer', async () => {
    const url = await serve((request, response) => response.end(JSON.stringify({ key: request.headers['x-api-key'] })));
    expect(await new ApiClient({ url, apiKey: 'secret' }).get('/x')).toEqual({ key: 'secret' });
  });

  it.each([
    [409, exitCode.refused],
    [400, exitCode.failed],
    [503, exitCode.unreachable],
  ])('translates status %i into exit code %i and tells every problem', async (status, code) => {
    const url = await serve((_, response) => {
      response.statusCode = status;
      response.end(JSON.stringify({ detail: 'no', errors: [{ path: 'drift_treshold', message: 'unknown key' }] }));
    });
    const failure = await failureOf(new ApiClient({ url }).post('/x'));
    expect([failure.code, failure.message, failure.problems]).toEqual([code, 'no', ['drift_treshold: unknown key']]);
  });

  it('says what to do when nobody answers', async () => {
    const url = await serve((_, response) => response.end());
    await new Promise((resolve) => server!.close(resolve));
    server = undefined;
    const failure = await failureOf(new ApiClient({ url }).get('/x'));
    expect(failure.code).toBe(exitCode.unreachable);
    expect(failure.message).toContain('npm start');
  });

  it('doubts an answer that is not JSON', async () => {
    const url = await serve((_, response) => response.end('<html>'));
    expect((await failureOf(new ApiClient({ url }).get('/x'))).message).toContain('Is this a retrain gateway?');
  });

  it('leaves undefined query values out', () => {
    expect(withQuery('/runs', { model: undefined, limit: 5 })).toBe('/runs?limit=5');
    expect(withQuery('/runs', { model: undefined })).toBe('/runs');
  });
});
