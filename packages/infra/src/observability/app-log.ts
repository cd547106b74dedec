import type { AppLogger } from './logger.js';

/** The log as a dependency: facts first, then one line for people. */
export class AppLog {
  constructor(private readonly logger: AppLogger) {}

  debug(facts: object, message: string): void {
    this.logger.debug(facts, message);
  }

  info(facts: object, message: string): void {
    this.logger.info(facts, message);
  }

  warn(facts: object, message: string): void {
    this.logger.warn(facts, message);
  }

  error(facts: object, message: string): void {
    this.logger.error(facts, message);
  }
}
