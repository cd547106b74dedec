import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServingReadiness } from '../health/serving-readiness.js';
import { preferred } from '../http/accept.js';
import { Documented } from '../http/documented.js';
import { ModelNames } from '../model/model-names.js';
import { productVersion } from './product-version.js';

/** The built app and its sources lie equally deep, so the page is found from both. */
const pageFile = (name: string) => readFile(new URL(`../../public/${name}`, import.meta.url), 'utf8');

/** The page loads what this gateway serves and talks to nobody else; its bars take their width from style attributes. */
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

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
      return pageFile('overview.html');
    }
    const { ready } = this.readiness.of(this.names.resolve(undefined));
    const [message, version] = ['retrain gateway', productVersion()];
    return { message, version, status: 'running', model_loaded: ready, docs: '/docs' };
  }

  /** The page of one run; it tells itself when there is no such run. */
  @Get('runs/:id')
  @ApiExcludeEndpoint()
  async run(@Res({ passthrough: true }) reply: FastifyReply) {
    reply.type('text/html; charset=utf-8').header('content-security-policy', policy);
    return pageFile('run.html');
  }

  @Get(['overview.js', 'page.js', 'run.js', 'run-deployment.js'])
  @ApiExcludeEndpoint()
  async script(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    reply.type('text/javascript; charset=utf-8');
    return pageFile(basename(request.routeOptions.url!));
  }

  @Get('overview.css')
  @ApiExcludeEndpoint()
  async style(@Res({ passthrough: true }) reply: FastifyReply) {
    reply.type('text/css; charset=utf-8');
    return pageFile('overview.css');
  }
}
