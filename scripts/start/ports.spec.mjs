import { createServer } from 'node:net';
import { requireFreePorts } from './ports.mjs';

const app = (port) => [{ name: 'gateway', variable: 'GATEWAY_PORT', port }];

describe('the ports of the apps', () => {
  let server;
  let busy;

  beforeAll(async () => {
    server = createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    busy = server.address().port;
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('are named when one is in use, with the way to choose another', async () => {
    await expect(requireFreePorts(app(busy), '127.0.0.1')).rejects.toThrow(
      `Port ${busy}, wanted for gateway, is in use (is retrain running already?). ` +
        `Free it, or choose another: GATEWAY_PORT=${busy + 100} npm start`,
    );
  });

  it.each([Number.NaN, 0, 65_536, 80.5])('cannot be %p', async (port) => {
    await expect(requireFreePorts(app(port), '127.0.0.1')).rejects.toThrow('GATEWAY_PORT has to be a port, 1 to 65535');
  });

  it('are accepted when they are free', async () => {
    const free = await new Promise((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address();
        probe.close(() => resolve(port));
      });
    });
    await expect(requireFreePorts(app(free), '127.0.0.1')).resolves.toBeUndefined();
  });
});
