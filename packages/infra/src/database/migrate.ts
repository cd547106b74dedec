import pg from 'pg';
import { createDataSource } from './data-source.js';

/** Advisory lock of whoever migrates; any number that nobody else uses. */
const migrationLock = 0x7265_7472;

/**
 * Brings the database to the current schema. Several processes may call it at once: one migrates, the others wait and
 * find nothing left to do.
 */
export async function migrate(url: string): Promise<void> {
  const guard = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await guard.connect();
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const dataSource = await createDataSource({ url, poolSize: 1, applicationName: 'retrain-migrate' }).initialize();
    try {
      await dataSource.runMigrations();
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await guard.end();
  }
}
