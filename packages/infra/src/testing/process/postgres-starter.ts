import { EmbeddedPostgres } from '../../embedded/embedded-postgres.js';

// Starts a Postgres in the folder given and stays, to be killed by a spec.
await new EmbeddedPostgres({ dataDir: process.argv[2] ?? '' }).start();
console.log('started');
setInterval(() => undefined, 60_000);
