import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { eventTypes } from '@retrain/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { productVersion } from '../overview/product-version.js';

/** The files of the documentation page, and nothing else of their package, can be had. */
const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>retrain API</title>
    <link rel="icon" href="/docs/favicon-32x32.png" />
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script>SwaggerUIBundle({ url: '/docs-json', dom_id: '#ui', deepLinking: true, persistAuthorization: true });</script>
  </body>
</html>
`;

/** Serves the OpenAPI document at `/docs-json` and a page to read and try it at `/docs`. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const adapter = app.getHttpAdapter();
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  let document: OpenAPIObject | undefined;
  adapter.get('/docs-json', (_request: FastifyRequest, reply: FastifyReply) => {
    document ??= describe(app);
    void reply.send(document);
  });
  adapter.get('/docs', (_request: FastifyRequest, reply: FastifyReply) => {
    void reply.type('text/html; charset=utf-8').send(page);
  });
  for (const [name, type] of Object.entries(assets)) {
    adapter.get(`/docs/${name}`, async (_request: FastifyRequest, reply: FastifyReply) => {
      const bytes = await readFile(join(folder, name));
      await reply.type(type).header('cache-control', 'public, max-age=3600').send(bytes);
    });
  }
}

function describe(app: NestFastifyApplication): OpenAPIObject {
  const head = new DocumentBuilder()
    .setTitle('retrain')
    .setDescription(
      'Predictions, outcomes, retraining, deployments and everything that happened. Errors are RFC 9457 problem ' +
        'documents. Once API keys are configured, everything that acts needs one; reading stays open.',
    )
    .setVersion(productVersion())
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, 'api_key')
    .addExtension('x-event-types', [...eventTypes])
    .build();
  return SwaggerModule.createDocument(app, head);
}
