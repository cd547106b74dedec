import { migrateQueue, queueSettingsFrom } from './queue/queue-backend.js';

// Brings the tables up to date before any app starts: `DATABASE_URL=… node dist/migrate.js`.
await migrateQueue(queueSettingsFrom(process.env));
