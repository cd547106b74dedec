import { SetupError } from './setup/command.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { check } from './test/check.mjs';
import { checkFileLengths } from './test/file-lengths.mjs';
import { ensurePython } from './test/python.mjs';
import { ensureRedis } from './test/redis.mjs';
import { runSpecs } from './test/specs.mjs';

// Everything that has to hold, from a fresh clone: `npm test`. The last line is the sum.
const sources = ['apps', 'packages', 'plugins'];
// Checks of one line follow each other; the two lines run at the same time, and the specs after both.
const checks = [
  [
    buildAndCheckTypes,
    () => check('boundaries and cycles', 'dependency-cruiser/bin/dependency-cruise.mjs', sources),
    () => check('unused files, exports and dependencies', 'knip/bin/knip.js', []),
    checkFileLengths,
  ],
  [
    () => check('lint', 'eslint/bin/eslint.js', ['.']),
    () => check('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']),
  ],
];

let built = false;

async function buildAndCheckTypes() {
  const result = await check('types', 'typescript/bin/tsc', ['-b']);
  built = result.failed === 0;
  return result;
}

const sum = { passed: 0, failed: 0 };

async function inTurn(steps) {
  for (const step of steps) {
    const { passed, failed } = await step();
    sum.passed += passed;
    sum.failed += failed;
  }
}

try {
  ensureInstalled();
  ensureRedis();
  ensurePython();
  await Promise.all(checks.map(inTurn));
  await inTurn([() => runSpecs({ built })]);
} catch (error) {
  sum.failed += 1;
  console.log(`FAIL  ${error instanceof SetupError ? error.message : error.stack}`);
}
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed === 0 ? 0 : 1;
