import { register } from 'node:module';

// `node --import <this file> --conditions=@retrain/source file.ts` runs a source file without a build.
register('./hooks.mjs', import.meta.url);
