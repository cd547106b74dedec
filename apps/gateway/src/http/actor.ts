import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ActingRequest } from './api-key.guard.js';

/** Who acts: `key:<name>`, or `api` where no key is configured. */
export const Actor = createParamDecorator(
  (_: unknown, context: ExecutionContext): string => context.switchToHttp().getRequest<ActingRequest>().actor ?? 'api',
);
