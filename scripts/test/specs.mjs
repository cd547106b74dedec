import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../setup/root.mjs';

/**
 * Runs every spec; each test counts as one, and so does a file that could not run at all.
 *
 * Once everything is built, the processes that specs start run what was built.
 */
export function runSpecs({ built }) {
  const folder = mkdtempSync(join(tmpdir(), 'retrain-specs-'));
  const outputFile = join(folder, 'result.json');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const { status } = spawnSync(process.execPath, [...flags, jest, '--json', `--outputFile=${outputFile}`], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, RETRAIN_TEST_BUILT: built ? '1' : '' },
  });
  try {
    const result = JSON.parse(readFileSync(outputFile, 'utf8'));
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    if (result.numPendingTests > 0)
      console.log(`skip  ${result.numPendingTests} tests (their titles say what they need)`);
    // A run can also fail as a whole, in its set-up or tear-down.
    return { passed: result.numPassedTests, failed: status === 0 ? failed : Math.max(failed, 1) };
  } catch (error) {
    console.log(`FAIL  specs: jest ended with ${status} and left no result (${error.message})`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
