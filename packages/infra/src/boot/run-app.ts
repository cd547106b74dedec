import type { INestApplication, Provider } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { DomainError, messageOf, type Plugin } from '@retrain/core';
import type { DynamicModule } from '@nestjs/common';
import { readEnvironment, type AppName, type Environment } from '../config/environment.js';
import { CoreModule } from '../core.module.js';
import { createLogger, type AppLogger } from '../observability/logger.js';
import { NestLogger } from '../observability/nest-logger.js';
import { closeOnSignal } from '../process/close-on-signal.js';
import { openCore, type CoreParts } from './core-parts.js';
import { openDatabase } from './open-database.js';
import { openWaitingRoom } from './waiting-room.js';

/** A process ends with this code (EX_CONFIG) when starting it again would not help. */
const wrongConfiguration = 78;
const graceSeconds = 25;

/** What makes one app out of the common parts. */
export interface AppPlan {
  readonly app: AppName;
  /** Plug-ins that the app brings along, beside the built-in ones and those of the configuration. */
  readonly plugins: readonly Plugin[];
  /** Adapters that come from the app: RowReader and ScorerLoader, for the trainer Fitting too. */
  readonly providers: readonly Provider[];
  /** Makes the app around the core module; it is not listening yet. */
  create(core: DynamicModule, environment: Environment): Promise<INestApplication>;
}

/**
 * Runs an app from its first line to its last: environment, log, port, database, configuration, app, and back.
 *
 * From the first moment on the port answers probes. While the database is away the process stays up, alive and not
 * ready, and goes on when it is there. A wrong environment or configuration ends the process with code 78 and every
 * problem on standard error; SIGINT, SIGTERM and the end of the parent end it in an orderly way.
 */
export async function runApp(plan: AppPlan): Promise<void> {
  const leaving = new AbortController();
  const closing: (() => Promise<void>)[] = [];
  try {
    const environment = readEnvironment(plan.app, process.env);
    // Relative paths of the configuration start from the project.
    process.chdir(environment.home);
    const logger = createLogger(environment);
    Logger.overrideLogger(new NestLogger(logger));
    const booting = boot(plan, environment, logger, leaving.signal, closing);
    closeOnSignal(async () => {
      leaving.abort(new Error('The process is stopping.'));
      await booting.catch(() => undefined);
      for (const close of closing.reverse()) await close();
    }, graceSeconds);
    await booting;
  } catch (error) {
    // Told to stop while booting: whoever handles the signal ends the process.
    if (leaving.signal.aborted) return;
    fail(plan.app, error);
  }
}

async function boot(
  plan: AppPlan,
  environment: Environment,
  logger: AppLogger,
  signal: AbortSignal,
  closing: (() => Promise<void>)[],
): Promise<void> {
  const { host, port, app, databaseUrl: url } = environment;
  let reason = 'is starting';
  const room = await openWaitingRoom(host, port, () => reason).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new Error(`Port ${port} of ${host} is in use; set another one.`) : error;
  });
  let waiting = true;
  const leaveRoom = async () => {
    if (waiting) await room.close();
    waiting = false;
  };
  closing.push(leaveRoom);
  const onWait = (what: string) => {
    reason = `waits for the database: ${what}`;
    logger.warn({ context: 'boot', reason: what }, 'waiting for the database');
  };
  const database = await openDatabase({ url, applicationName: `retrain-${app}`, signal, onWait });
  closing.push(() => database.close());
  reason = 'is starting';
  const parts = await openCore({ environment, logger, database, plugins: plan.plugins });
  closing.push(() => parts.close());
  const nest = await createApp(plan, parts);
  closing.push(() => nest.close());
  signal.throwIfAborted();
  await nest.init();
  await leaveRoom();
  await nest.listen(port, host);
  logger.info({ context: 'boot', address: await nest.getUrl() }, `${app} is up`);
}

function createApp({ create, providers }: AppPlan, parts: CoreParts): Promise<INestApplication> {
  return create(CoreModule.forRoot({ parts, providers }), parts.environment);
}

/** Says on standard error why the process ends, and ends it. */
function fail(app: AppName, error: unknown): never {
  const wrong = error instanceof DomainError && error.kind === 'invalid';
  console.error(`${app} cannot start: ${wrong || error instanceof DomainError ? error.message : stackOf(error)}`);
  process.exit(wrong ? wrongConfiguration : 1);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}
