import { randomUUID } from 'node:crypto';
import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem, problemOf, unexpectedProblem, type Problem } from './problem.js';
import { RouteTable } from './route-table.js';

/** Answers every refusal and failure as a problem document; what nobody foresaw is logged under an id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  constructor(private readonly routes: RouteTable) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent || reply.raw.headersSent) return;
    const told = this.refine(problemOf(error), request, reply) ?? this.unexpected(error, request);
    if (told.status === 401) reply.header('www-authenticate', 'Bearer realm="retrain"');
    if (told.status === 503) reply.header('retry-after', '2');
    // Serialised here: the server would otherwise choose a serialiser by status and media type.
    void reply.status(told.status).header('content-type', 'application/problem+json').send(JSON.stringify(told));
  }

  /** A path that exists under other methods is not unknown: the method is. */
  private refine(told: Problem | undefined, request: FastifyRequest, reply: FastifyReply): Problem | undefined {
    if (told?.code !== 'unknown_route') return told;
    const path = request.url.split('?', 1)[0]!;
    const allowed = this.routes.methodsOf(path);
    if (allowed.length === 0) return problem(404, 'unknown_route', `There is nothing at ${path}. See /docs.`);
    reply.header('allow', allowed.join(', '));
    return problem(405, 'method_not_allowed', `${path} takes ${allowed.join(', ')}, not ${request.method}.`);
  }

  private unexpected(error: unknown, request: FastifyRequest): Problem {
    const id = randomUUID();
    const stack = error instanceof Error ? error.stack : String(error);
    this.logger.error(`${id} ${request.method} ${request.url}: ${stack}`);
    return unexpectedProblem(id);
  }
}
