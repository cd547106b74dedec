import {
  builtinPlugin,
  invalid,
  RandomIds,
  SystemClock,
  type Clock,
  type Ids,
  type Plugin,
  type PluginRegistry,
} from '@retrain/core';
import { readConfigFile } from '../config/config-file.js';
import { ConfigRevisions } from '../config/config-revisions.js';
import type { Environment } from '../config/environment.js';
import { PgConfigStore } from '../config/pg-config-store.js';
import { ProcessVariables } from '../config/process-variables.js';
import type { Database } from '../database/database.js';
import { insertPredictions } from '../database/insert-predictions.js';
import { pgAdapters } from '../database/pg-adapters.js';
import { logNotifier } from '../notifier/log.js';
import { webhook } from '../notifier/webhook.js';
import type { AppLogger } from '../observability/logger.js';
import { SeldomLog } from '../observability/seldom-log.js';
import { loadPlugins, registryOf } from '../plugin/load-plugins.js';
import { BullMqJobQueue } from '../queue/bullmq-job-queue.js';
import { QueueBackend } from '../queue/queue-backend.js';
import { PredictionSpool } from '../spool/prediction-spool.js';
import { SpoolFolder } from '../spool/spool-folder.js';
import { FileArtifactStore } from '../storage/file-artifact-store.js';
import { join, resolve } from 'node:path';
import { storages } from '../config/storages.js';

/** The parts of a process that have to be opened, and closed in the opposite order. */
export interface CoreParts {
  readonly environment: Environment;
  readonly logger: AppLogger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly variables: ProcessVariables;
  readonly database: Database;
  readonly rows: ReturnType<typeof pgAdapters>;
  /** Where answers wait while the database is away; only the gateway records any. */
  readonly spool?: PredictionSpool;
  readonly registry: PluginRegistry;
  /** Addresses of the plug-ins that the configuration lists, for processes that load them again. */
  readonly pluginModules: readonly string[];
  readonly config: PgConfigStore;
  readonly artifacts: FileArtifactStore;
  readonly queueBackend: QueueBackend;
  readonly queue: BullMqJobQueue;
  close(): Promise<void>;
}

export interface OpenCoreOptions {
  readonly environment: Environment;
  readonly logger: AppLogger;
  readonly database: Database;
  /** Plug-ins that the app brings along, beside the built-in ones and those of the configuration. */
  readonly plugins: readonly Plugin[];
}

/** Workers that share the process's connections to the queue, at most. */
const workers = 2;

/** Opens everything on an open database. Rejects with a DomainError of kind `invalid` when the configuration is to blame. */
export async function openCore({ environment, logger, database, plugins }: OpenCoreOptions): Promise<CoreParts> {
  const { configPath, configRequired, home, dataDir, databaseUrl, queue: queueSettings } = environment;
  const [clock, ids, variables] = [new SystemClock(), new RandomIds(), new ProcessVariables()];
  const loaded = await loadPlugins(await pluginsOf(configPath, configRequired), home);
  const notifiers: Plugin = { name: 'infra', notifiers: [webhook, logNotifier(logger)] };
  const registry = registryOf([builtinPlugin, notifiers, ...plugins, ...loaded.map(({ plugin }) => plugin)]);

  const spool = environment.app === 'gateway' ? openSpool(environment, database, clock, logger) : undefined;
  const rows = pgAdapters(database, databaseUrl, clock, ids, spool);
  const { unitOfWork, events, signals } = rows;
  const config = new PgConfigStore({
    ...{ path: configPath, required: configRequired, revisions: new ConfigRevisions(database) },
    ...{ unitOfWork, events, signals, clock, log: logger.child({ context: 'config' }) },
    context: { registry, storages, variable: (name) => variables.read(name) },
  });
  const queueLog = new SeldomLog(logger);
  const told = (error: Error) => queueLog.warn({ context: 'queue', error: error.message }, 'the queue is away');
  const queueBackend = QueueBackend.open(queueSettings, told, workers);
  const queue = new BullMqJobQueue(queueBackend, told);
  const close = async () => {
    await spool?.close();
    await config.close();
    await queue.close();
    await queueBackend.close();
    await signals.close();
    await database.close();
  };
  try {
    await config.open();
  } catch (error) {
    await close();
    throw error;
  }
  const { storage } = config.current().config;
  const artifacts = new FileArtifactStore(
    resolve(home, String(storage.with['directory'] ?? join(dataDir, 'artifacts'))),
    clock,
  );
  const pluginModules = loaded.map(({ address }) => address);
  const opened = { clock, ids, variables, rows, spool, registry, pluginModules, config, artifacts };
  return { environment, logger, database, ...opened, queueBackend, queue, close };
}

function openSpool(
  { dataDir, spoolMb }: Environment,
  database: Database,
  clock: Clock,
  logger: AppLogger,
): PredictionSpool {
  const spool = new PredictionSpool({
    folder: new SpoolFolder(join(dataDir, 'spool'), spoolMb * 1_048_576),
    insert: (predictions, recordedAt) => insertPredictions(database, predictions, recordedAt),
    clock,
    log: logger.child({ context: 'spool' }),
  });
  spool.open();
  return spool;
}

/** Plug-ins are named in the file alone, and needed before anything else in it can be checked. */
async function pluginsOf(path: string, required: boolean): Promise<readonly string[]> {
  const { values, issues } = await readConfigFile(path, required);
  if (issues) {
    const list = issues.map((issue) => [issue.path, issue.message].filter(Boolean).join(': ')).join('\n');
    throw invalid('invalid_config', `The configuration ${path} is not valid:\n${list}`, issues);
  }
  const { plugins = [] } = values;
  // Anything else is refused with all other problems once the whole is checked.
  return Array.isArray(plugins) ? plugins.filter((item): item is string => typeof item === 'string') : [];
}
