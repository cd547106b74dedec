import { outage } from './outage.js';
import { runParts } from '../run-parts.js';
import { switching } from './switching.js';

// What callers meet while champions change and Postgres is away: `npm run bench:serving [-- part …]`.
await runParts('serving', { switching, outage }, process.argv.slice(2));
