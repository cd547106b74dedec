import { pino, type Logger } from 'pino';
import { Writable } from 'node:stream';
import type { Environment } from '../config/environment.js';
import { concealed, textLine } from './log-line.js';

/**
 * Log levels, and what belongs there:
 * `fatal` the process ends · `error` something that a person must look at · `warn` something that mends itself or was
 * refused · `info` what changed (configuration, champion, runs) · `debug` every check and job · `trace` everything.
 */
export type AppLogger = Logger;

const secrets = ['password', 'secret', 'token', 'authorization', 'api_key', 'apiKey', 'databaseUrl', 'redisUrl'];

/** The log of one process, on standard output. Secrets are masked by name, and wherever an address holds a password. */
export function createLogger(
  { app, logLevel, logFormat }: Pick<Environment, 'app' | 'logLevel' | 'logFormat'>,
  output: { write(line: string): unknown } = process.stdout,
): AppLogger {
  const render = logFormat === 'json' ? (line: string) => line : textLine;
  const destination = new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, done) => {
      output.write(concealed(render(line)));
      done();
    },
  });
  return pino(
    {
      level: logLevel,
      base: { app },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      redact: { paths: [...secrets, ...secrets.map((name) => `*.${name}`)], censor: '***' },
    },
    destination,
  );
}
