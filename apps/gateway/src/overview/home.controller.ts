import { readFile } from 'node:fs/promises';
import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Documented } from '../http/documented.js';
import { ServingReadiness } from '../health/serving-readiness.js';
import { ModelNames } from '../model/model-names.js';
import { preferred } from '../http/accept.js';
import { productVersion } from './product-version.js';

/** The built app and its sources lie equally deep, so the page is found from both. */
const page = new URL('../../public/overview.html', import.meta.url);

/** The page brings its own script and style and talks to nobody else. */
const policy = "default-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** The front door: a page for browsers, a line of JSON for programs. */
@ApiTags('health')
@Controller()
export class HomeController {
  constructor(
    private readonly readiness: ServingReadiness,
    private readonly names: ModelNames,
  ) {}

  @Get()
  @Documented({
    summary: 'What this is; the overview page for a browser',
    answer: { message: 'retrain gateway', version: '0.1.0', status: 'running', model_loaded: true },
  })
  async home(@Headers('accept') accept: string | undefined, @Res({ passthrough: true }) reply: FastifyReply) {
    reply.header('vary', 'accept');
    if (preferred(accept, ['application/json', 'text/html']) === 'text/html') {
      reply.type('text/html; charset=utf-8').header('content-security-policy', policy);
      return readFile(page, 'utf8');
    }
    const { ready } = this.readiness.of(this.names.resolve(undefined));
    return {
      message: 'retrain gateway',
      version: productVersion(),
      status: 'running',
      model_loaded: ready,
      docs: '/docs',
    };
  }
}
