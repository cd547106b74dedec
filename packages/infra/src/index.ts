export { EmbeddedPostgres, ensureDatabase, type EmbeddedPostgresOptions } from './embedded/embedded-postgres.js';
export { freePort, isPortFree } from './embedded/free-port.js';
export { closeOnSignal } from './process/close-on-signal.js';
export { BullMqJobQueue } from './queue/bullmq-job-queue.js';
export { migrateQueue, QueueBackend, queueSettingsFrom, type QueueSettings } from './queue/queue-backend.js';
export { WorkerHost, type WorkerHostOptions, type WorkerLog } from './queue/worker-host.js';
