import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiSecurity } from '@nestjs/swagger';
import type { Schema } from './schema.pipe.js';

/** What the OpenAPI document says of a route. */
export interface RouteDocument {
  readonly summary: string;
  readonly description?: string;
  readonly query?: Schema;
  readonly body?: Schema;
  /** A body as a caller would send it. */
  readonly send?: unknown;
  /** The answer as a caller would see it. */
  readonly answer: unknown;
  readonly status?: number;
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** Documents a route with its schemas and an example of what goes in and comes out. */
export function Documented(document: RouteDocument): MethodDecorator {
  const { summary, description, query, body, send, answer, status = 200 } = document;
  const decorators: MethodDecorator[] = [
    ApiOperation({ summary, description }),
    ApiResponse({ status, description: 'Done', content: { 'application/json': { example: answer } } }),
    ApiResponse({
      status: '4XX',
      description: 'Refused, with reasons (RFC 9457)',
      content: { 'application/problem+json': {} },
    }),
  ];
  if (body) {
    decorators.push(ApiBody({ schema: body, examples: { example: { value: send ?? {} } } }), ApiSecurity('api_key'));
  }
  const { properties = {}, required = [] } = (query ?? {}) as ObjectSchema;
  for (const [name, schema] of Object.entries(properties)) {
    decorators.push(ApiQuery({ name, required: required.includes(name), schema }));
  }
  return applyDecorators(...decorators);
}
