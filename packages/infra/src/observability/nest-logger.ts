import type { LoggerService } from '@nestjs/common';
import type { AppLogger } from './logger.js';

/** Nest's own log lines in our log; what Nest tells of its wiring is for `debug`. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: AppLogger) {}

  log(message: unknown, ...context: unknown[]): void {
    const where = contextOf(context);
    if (wiring.has(where ?? '')) this.logger.debug({ context: where }, String(message));
    else this.logger.info({ context: where }, String(message));
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.logger.warn({ context: contextOf(context) }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    // Nest hands the stack over before the context when there is one.
    const stack = rest.length > 1 && typeof rest[0] === 'string' ? rest[0] : undefined;
    this.logger.error({ context: contextOf(rest), stack }, messageText(message));
  }

  fatal(message: unknown, ...context: unknown[]): void {
    this.logger.fatal({ context: contextOf(context) }, messageText(message));
  }

  debug(message: unknown, ...context: unknown[]): void {
    this.logger.debug({ context: contextOf(context) }, String(message));
  }

  verbose(message: unknown, ...context: unknown[]): void {
    this.logger.trace({ context: contextOf(context) }, String(message));
  }
}

const wiring = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

function contextOf(rest: readonly unknown[]): string | undefined {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : undefined;
}

function messageText(message: unknown): string {
  return message instanceof Error ? message.message : String(message);
}
