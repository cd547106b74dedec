import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConfigStore } from '@retrain/core';
import { GatewayModule } from './gateway.module.js';
import { limitBodies } from './http/body-limits.js';
import { ListenAddress } from './http/listen-address.js';
import { serveOpenApi } from './http/open-api.js';
import { RouteTable } from './http/route-table.js';

/** Room for a thousand matches with everything they may hold. */
const JSON_LIMIT_BYTES = 4 * 1024 * 1024;
/** Room for an ONNX file. */
const ARTIFACT_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * The gateway, wired, not yet initialised nor listening.
 *
 * Rejects with `public_without_keys` when it would listen on a public address without API keys.
 * @param core provides core services and their adapters.
 */
export async function createGateway(core: DynamicModule, address: ListenAddress): Promise<NestFastifyApplication> {
  const routes = new RouteTable();
  const adapter = new FastifyAdapter({ bodyLimit: JSON_LIMIT_BYTES, routerOptions: { ignoreTrailingSlash: true } });
  const server = adapter.getInstance();
  server.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  limitBodies(server, new Set(['/models/:model/versions']));
  let closing = false;
  server.addHook('preClose', async () => {
    closing = true;
  });
  server.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    // A connection that is kept alive would hold up the end of the process.
    if (closing) reply.header('connection', 'close');
  });
  const module = GatewayModule.with(core, address, routes);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { abortOnError: false });
  address.refusePublicWithoutKeys(app.get(ConfigStore).current().config.api_keys);
  app.useBodyParser('application/octet-stream', { bodyLimit: ARTIFACT_LIMIT_BYTES });
  serveOpenApi(app);
  return app;
}
