import type { Recipe } from '@retrain/core';
import { ChildProcessFitting } from '../fitting/child-process-fitting.js';
import { syntheticDataset } from './synthetic-dataset.js';

// A process that fits a recipe (JSON) with the trainers of a plug-in module if one is named, and prints the
// process id that the trainer tells as its progress. Where a fit ends, an idle process is left to wait for ten minutes.

const [, , recipe, module] = process.argv;

await new ChildProcessFitting({ modules: module === undefined ? [] : [module], keepSeconds: 600 }).fit({
  recipe: JSON.parse(recipe!) as Recipe,
  dataset: syntheticDataset({ rows: 10, features: 2, classes: 2, seed: 1 }),
  seed: 1,
  lineage: {},
  limits: { memoryMb: 512, timeoutSeconds: 60 },
  signal: new AbortController().signal,
  onProgress: (fraction) => console.log(Math.round(fraction * 1e9)),
});
