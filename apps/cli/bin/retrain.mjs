#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/main.js', import.meta.url);

if (!existsSync(fileURLToPath(main))) {
  console.error(
    'retrain is not built yet. Run `npm start` (installs, builds and starts everything) or `npm run build`.',
  );
  process.exitCode = 1;
} else {
  await import(main.href);
}
