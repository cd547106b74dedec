import { clearTestRun } from './test-run.mjs';

/** Stops what the run started and removes its folder. */
export default async function tearDown() {
  await clearTestRun(process.env.RETRAIN_TEST_RUN);
}
