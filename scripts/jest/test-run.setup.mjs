import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearTestRun, prefix, sweepAbandonedRuns } from './test-run.mjs';

/** Gives the run a folder that its specs share; the first spec in need of Postgres starts one there. */
export default async function setUp() {
  await sweepAbandonedRuns();
  process.env.RETRAIN_TEST_RUN = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  // A killed run cannot clean up; an ended one can.
  process.once('SIGTERM', () => void clearTestRun(process.env.RETRAIN_TEST_RUN).finally(() => process.exit(143)));
}
