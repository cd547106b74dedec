import { migrate } from './database/migrate.js';
import { migrateQueue, queueSettingsFrom } from './queue/queue-backend.js';

// Brings the tables of the product and of the job queue up to date before any app starts:
// `DATABASE_URL=postgres://… node dist/migrate.js`.
const settings = queueSettingsFrom(process.env);
if (!settings.databaseUrl) {
  console.error('DATABASE_URL is not set: it names the Postgres to migrate.');
  process.exit(1);
}
await migrate(settings.databaseUrl);
await migrateQueue(settings);
