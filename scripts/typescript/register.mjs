import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// `node --import <this file> --conditions=@retrain/source file.ts` runs a source file without a build: what specs do.
// What is built never loads it. Threads share the hooks of their process.
if (isMainThread) register('./hooks.mjs', import.meta.url);
