import { ChildProcessFitting } from '../fitting/child-process-fitting.js';
import { syntheticDataset } from './synthetic-dataset.js';

// A process that fits for ever with a trainer of the plug-in given as argument, and prints the fitting process's id.

await new ChildProcessFitting({ modules: [process.argv[2]!] }).fit({
  recipe: { use: 'stuck', with: {} },
  dataset: syntheticDataset({ rows: 10, features: 2, classes: 2, seed: 1 }),
  seed: 1,
  lineage: {},
  limits: { memoryMb: 512, timeoutSeconds: 60 },
  signal: new AbortController().signal,
  onProgress: (fraction) => console.log(Math.round(fraction * 1e9)),
});
