import {
  createPostgresBackend,
  createRedisBackend,
  runMigrations,
  withBackend,
  type BackendFactory,
  type IQueueBackend,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';

/** Namespace of the queue's tables when they live in Postgres. */
const schema = 'bullmq';

export type QueueBackendKind = 'redis' | 'postgres';

export interface QueueSettings {
  /** Which store holds the jobs; `auto` is Redis when its address is known, else Postgres. */
  readonly backend: QueueBackendKind | 'auto';
  /** `redis://[user:password@]host:port[/db]` */
  readonly redisUrl?: string | undefined;
  /** `postgres://user:password@host:port/database` */
  readonly databaseUrl?: string | undefined;
}

/** Reads QUEUE_BACKEND, REDIS_URL and DATABASE_URL. */
export function queueSettingsFrom(env: NodeJS.ProcessEnv): QueueSettings {
  const backend = env['QUEUE_BACKEND'] || 'auto';
  if (backend !== 'auto' && backend !== 'redis' && backend !== 'postgres') {
    throw new Error(`QUEUE_BACKEND is "${backend}"; allowed are auto, redis and postgres.`);
  }
  return { backend, redisUrl: env['REDIS_URL'] || undefined, databaseUrl: env['DATABASE_URL'] || undefined };
}

/** The store that the settings ask for. Throws when its address is missing. */
export function chooseQueueBackend(settings: QueueSettings): { kind: QueueBackendKind; url: string } {
  const kind = settings.backend === 'auto' ? (settings.redisUrl ? 'redis' : 'postgres') : settings.backend;
  const url = kind === 'redis' ? settings.redisUrl : settings.databaseUrl;
  if (!url) {
    throw new Error(`The ${kind} queue needs ${kind === 'redis' ? 'REDIS_URL' : 'DATABASE_URL'}; it is not set.`);
  }
  return { kind, url };
}

/** One process's way to the store of its queues: the connections are shared by its producers and workers. */
export class QueueBackend {
  private constructor(
    readonly kind: QueueBackendKind,
    /** What BullMQ's queues and workers take as `connection`. */
    readonly connection: unknown,
    /** BullMQ's classes, bound to the store. */
    readonly bullmq: ReturnType<typeof withBackend<IQueueBackend, unknown>>,
    private readonly disconnect: () => Promise<void>,
  ) {}

  /** Connects lazily: nothing is sent before the first job. `workers` is how many workers will share it. */
  static open(settings: QueueSettings, onError: (error: Error) => void, workers = 0): QueueBackend {
    const { kind, url } = chooseQueueBackend(settings);
    return kind === 'redis' ? QueueBackend.onRedis(url, onError) : QueueBackend.onPostgres(url, onError, workers);
  }

  /** Ends the connections; close queues and workers before. */
  close(): Promise<void> {
    return this.disconnect();
  }

  private static onRedis(url: string, onError: (error: Error) => void): QueueBackend {
    const connection = new Redis(url, {
      // BullMQ's blocking commands wait for as long as it takes.
      maxRetriesPerRequest: null,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2000),
    });
    connection.on('error', onError);
    const disconnect = async () => {
      await connection.quit().catch(() => connection.disconnect());
    };
    return new QueueBackend('redis', connection, bind(createRedisBackend), disconnect);
  }

  private static onPostgres(url: string, onError: (error: Error) => void, workers: number): QueueBackend {
    const pool = new pg.Pool({
      connectionString: url,
      options: `-c search_path=${schema}`,
      // Every worker keeps one session to listen on.
      max: 3 + workers,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    pool.on('error', onError);
    // Each queue and worker on the pool listens for its errors.
    pool.setMaxListeners(50);
    return new QueueBackend('postgres', pool, bind(createPostgresBackend), () => pool.end());
  }
}

/** Makes the queue's tables where the store is Postgres; does nothing on Redis. Safe to repeat, also at the same time. */
export async function migrateQueue(settings: QueueSettings): Promise<void> {
  const { kind, url } = chooseQueueBackend(settings);
  if (kind !== 'postgres') return;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await runMigrations(client, schema);
  } finally {
    await client.end();
  }
}

function bind<B extends IQueueBackend, C>(factory: BackendFactory<B, C>) {
  return withBackend(factory as unknown as BackendFactory<IQueueBackend, unknown>);
}
