import { UnsupportedMediaTypeException } from '@nestjs/common';
import { invalid } from '@retrain/core';
import type { FastifyInstance } from 'fastify';

/** Deeper than anything that is asked for, and far from where walking a value exhausts the stack. */
const MAX_DEPTH = 64;

/**
 * Refuses bodies before anything walks through them: raw bytes where no file is taken (415), and JSON that is nested
 * deeper than 64 levels (`too_deep`).
 *
 * @param fileRoutes paths that take `application/octet-stream`, as their routes are written.
 */
export function limitBodies(server: FastifyInstance, fileRoutes: ReadonlySet<string>): void {
  server.addHook('preParsing', async ({ headers, routeOptions }) => {
    const type = headers['content-type']?.trim().toLowerCase() ?? '';
    if (!type.startsWith('application/octet-stream') || fileRoutes.has(routeOptions.url ?? '')) return;
    throw new UnsupportedMediaTypeException('Send the body as application/json.');
  });
  server.addHook('preValidation', async ({ body }) => {
    if (Buffer.isBuffer(body) || !isDeeperThan(body, MAX_DEPTH)) return;
    throw invalid('too_deep', `The body is nested deeper than ${MAX_DEPTH} levels, which nothing here asks for.`);
  });
}

/** Whether arrays and objects lie more than `levels` deep in each other; walks level by level, not by recursion. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let level = [value].filter(isNested);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= levels) return true;
    level = level.flatMap((nested) => Object.values(nested).filter(isNested));
  }
  return false;
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;
