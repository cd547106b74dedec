import { invalid, type Issue } from '@retrain/core';
import { isAbsolute, join, resolve } from 'node:path';
import { queueSettingsFrom, type QueueSettings } from '../queue/queue-backend.js';

/** The processes of the product. */
export type AppName = 'gateway' | 'trigger-monitor' | 'trainer';

const ports: Readonly<Record<AppName, { readonly variable: string; readonly fallback: number }>> = {
  gateway: { variable: 'GATEWAY_PORT', fallback: 8000 },
  'trigger-monitor': { variable: 'TRIGGER_MONITOR_PORT', fallback: 8001 },
  trainer: { variable: 'TRAINER_PORT', fallback: 8002 },
};

/** Log levels, from the quietest to the loudest: what each adds is said in `observability/logger.ts`. */
export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

/** What a process is told by its environment: where things are. Everything else is configuration. */
export interface Environment {
  readonly app: AppName;
  /** RETRAIN_HOME: the project folder that relative paths start from; the working directory when not set. */
  readonly home: string;
  /** RETRAIN_CONFIG: the configuration file, `config/retraining_config.yaml` when not set. */
  readonly configPath: string;
  /** Whether RETRAIN_CONFIG named the file, so that it has to exist. */
  readonly configRequired: boolean;
  /** RETRAIN_DATA_DIR: what the product keeps for itself, `.retrain` when not set. */
  readonly dataDir: string;
  /** SPOOL_MB: what predictions may take on the local disk while the database is away, 256 when not set. */
  readonly spoolMb: number;
  /** DATABASE_URL: `postgres://user:password@host:port/database`. */
  readonly databaseUrl: string;
  /** QUEUE_BACKEND (auto, redis, postgres) and REDIS_URL. */
  readonly queue: QueueSettings;
  /** HOST: the address listened on, 127.0.0.1 when not set. */
  readonly host: string;
  /** GATEWAY_PORT, TRIGGER_MONITOR_PORT, TRAINER_PORT, or PORT; 8000, 8001, 8002 when not set. */
  readonly port: number;
  /** TRAINER_FITS: fits at once in this process, 1 when not set. */
  readonly fits: number;
  /** LOG_LEVEL, `info` when not set. */
  readonly logLevel: LogLevel;
  /** LOG_FORMAT: `json` when NODE_ENV is production, else `text`. */
  readonly logFormat: LogFormat;
}

/** Reads the environment; the only place that does. Throws `invalid_environment` with every problem. */
export function readEnvironment(app: AppName, env: NodeJS.ProcessEnv): Environment {
  const issues: Issue[] = [];
  const home = resolve(env['RETRAIN_HOME'] || process.cwd());
  const below = (path: string) => (isAbsolute(path) ? path : join(home, path));
  const { variable, fallback } = ports[app];
  const environment: Environment = {
    app,
    home,
    configPath: below(env['RETRAIN_CONFIG'] || join('config', 'retraining_config.yaml')),
    configRequired: Boolean(env['RETRAIN_CONFIG']),
    dataDir: below(env['RETRAIN_DATA_DIR'] || '.retrain'),
    spoolMb: spoolMb(env, issues),
    databaseUrl: databaseUrl(env, issues),
    queue: queueSettings(env, issues),
    host: env['HOST'] || '127.0.0.1',
    port: port(env, variable, fallback, issues),
    fits: whole(env, 'TRAINER_FITS', { fallback: 1, least: 1, most: 256 }, issues),
    logLevel: choice(env, 'LOG_LEVEL', logLevels, 'info', issues),
    logFormat: choice(env, 'LOG_FORMAT', logFormats, env['NODE_ENV'] === 'production' ? 'json' : 'text', issues),
  };
  if (issues.length > 0) {
    const list = issues.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw invalid('invalid_environment', `The environment does not fit: ${list}.`, issues);
  }
  return environment;
}

function spoolMb(env: NodeJS.ProcessEnv, issues: Issue[]): number {
  const given = env['SPOOL_MB'] || '256';
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1 || number > 1_048_576) {
    const message = `must be a whole number of megabytes from 1 to 1048576 (given: ${JSON.stringify(given)})`;
    issues.push({ path: 'SPOOL_MB', message });
  }
  return number;
}

function databaseUrl(env: NodeJS.ProcessEnv, issues: Issue[]): string {
  const url = env['DATABASE_URL'] ?? '';
  if (url === '') {
    const message = 'is not set; give the address of a Postgres, or use "npm start", which brings its own';
    issues.push({ path: 'DATABASE_URL', message });
  } else if (!/^postgres(ql)?:\/\/./.test(url) || !URL.canParse(url)) {
    // The address is not repeated: it holds a password.
    issues.push({ path: 'DATABASE_URL', message: 'must be postgres://user:password@host:port/database' });
  }
  return url;
}

function queueSettings(env: NodeJS.ProcessEnv, issues: Issue[]): QueueSettings {
  const redisUrl = env['REDIS_URL'];
  if (redisUrl && (!/^rediss?:\/\/./.test(redisUrl) || !URL.canParse(redisUrl))) {
    issues.push({ path: 'REDIS_URL', message: 'must be redis://[user:password@]host:port[/db]' });
  }
  const backend = choice(env, 'QUEUE_BACKEND', ['auto', 'redis', 'postgres'] as const, 'auto', issues);
  if (backend === 'redis' && !redisUrl) {
    issues.push({ path: 'REDIS_URL', message: 'is not set, but QUEUE_BACKEND=redis asks for it' });
  }
  return queueSettingsFrom({ ...env, QUEUE_BACKEND: backend });
}

function port(env: NodeJS.ProcessEnv, variable: string, fallback: number, issues: Issue[]): number {
  const name = env[variable] ? variable : 'PORT';
  return whole(env, name, { fallback, least: 0, most: 65_535, as: variable, what: 'a port' }, issues);
}

interface WholeRule {
  readonly fallback: number;
  readonly least: number;
  readonly most: number;
  /** Variable that problems are told of, when not the one that is read. */
  readonly as?: string;
  readonly what?: string;
}

function whole(env: NodeJS.ProcessEnv, name: string, rule: WholeRule, issues: Issue[]): number {
  const { fallback, least, most, as: path = name, what = 'a whole number' } = rule;
  const given = env[name];
  if (!given) return fallback;
  const number = Number(given);
  if (!Number.isInteger(number) || number < least || number > most) {
    issues.push({ path, message: `must be ${what} from ${least} to ${most} (given: ${JSON.stringify(given)})` });
  }
  return number;
}

function choice<T extends string>(
  env: NodeJS.ProcessEnv,
  name: string,
  values: readonly T[],
  fallback: T,
  issues: Issue[],
): T {
  const given = env[name];
  if (!given) return fallback;
  const found = values.find((value) => value === given);
  if (!found)
    issues.push({ path: name, message: `must be one of ${values.join(', ')} (given: ${JSON.stringify(given)})` });
  return found ?? fallback;
}
