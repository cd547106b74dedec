import { SetupError } from './setup/command.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { check } from './test/check.mjs';
import { checkFileLengths } from './test/file-lengths.mjs';
import { ensurePython } from './test/python.mjs';
import { ensureRedis } from './test/redis.mjs';
import { runSpecs } from './test/specs.mjs';

// Everything that has to hold, from a fresh clone: `npm test`. The last line is the sum.
const sources = ['apps', 'packages', 'plugins'];
const steps = [
  () => check('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']),
  buildAndCheckTypes,
  () => check('lint', 'eslint/bin/eslint.js', ['.']),
  () => check('boundaries and cycles', 'dependency-cruiser/bin/dependency-cruise.mjs', sources),
  () => check('unused files, exports and dependencies', 'knip/bin/knip.js', []),
  checkFileLengths,
  () => runSpecs({ built }),
];

let built = false;

function buildAndCheckTypes() {
  const result = check('types', 'typescript/bin/tsc', ['-b']);
  built = result.failed === 0;
  return result;
}

const sum = { passed: 0, failed: 0 };
try {
  ensureInstalled();
  ensureRedis();
  ensurePython();
  for (const step of steps) {
    const { passed, failed } = step();
    sum.passed += passed;
    sum.failed += failed;
  }
} catch (error) {
  sum.failed += 1;
  console.log(`FAIL  ${error instanceof SetupError ? error.message : error.stack}`);
}
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed === 0 ? 0 : 1;
