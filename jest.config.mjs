import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { swcOptions } from './scripts/typescript/options.mjs';

// Nest and Arquero are ES modules only, and Node links ES modules inside Jest's sandboxes only with this flag.
// Started without it (`npx jest`, an editor's plug-in), Jest is started once more, with it.
const vmModules = '--experimental-vm-modules';
if (![...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(' ')].includes(vmModules)) {
  const again = [vmModules, '--disable-warning=ExperimentalWarning', ...process.argv.slice(1)];
  process.exit(spawnSync(process.execPath, again, { stdio: 'inherit' }).status ?? 1);
}

export default {
  roots: ['packages', 'plugins', 'apps', 'scripts', 'test', 'examples']
    .map((folder) => join(import.meta.dirname, folder))
    .filter((folder) => existsSync(folder)),
  testMatch: ['**/*.spec.ts', '**/*.spec.mjs'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  testEnvironment: '<rootDir>/scripts/jest/host-arrays-environment.mjs',
  testEnvironmentOptions: { customExportConditions: ['@retrain/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', swcOptions] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'] },
  testSequencer: '<rootDir>/scripts/jest/processes-first-sequencer.mjs',
  globalSetup: '<rootDir>/scripts/jest/test-run.setup.mjs',
  globalTeardown: '<rootDir>/scripts/jest/test-run.teardown.mjs',
  testTimeout: 20_000,
  maxWorkers: 2,
  // ES modules of a finished spec stay in the memory of its worker: a worker that holds much makes way for a fresh one.
  workerIdleMemoryLimit: '512MB',
};
