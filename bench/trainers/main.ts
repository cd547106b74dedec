import { parseArgs } from 'node:util';
import { runParts } from '../run-parts.js';
import { againstScikitLearn } from './against-scikit-learn.js';

// The trainer of boosted trees beside scikit-learn's, on the same rows, with the same settings, one thread each:
// `npm run bench:trainers -- --python .venv/bin/python [part …]`. That Python has scikit-learn; BENCH_PYTHON names it too.
const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string', default: process.env['BENCH_PYTHON'] ?? 'python3' },
    rows: { type: 'string', default: '500000' },
  },
});
const { python } = options;
const rows = Number(options.rows);
const parts = {
  'two-classes': () => againstScikitLearn({ python, rows, features: 30, classes: 2, iterations: 100 }),
  'three-classes': () => againstScikitLearn({ python, rows, features: 30, classes: 3, iterations: 40 }),
};
await runParts('trainers', parts, wanted);
