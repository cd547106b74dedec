import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Programs for the trainer `command`, most of them bad ones: `node programs.mjs NAME [MODEL] JOBDIR`.

const name = process.argv[2];
const folder = process.argv.at(-1);
const job = JSON.parse(readFileSync(join(folder, 'in', 'job.json'), 'utf8'));
const out = (file) => join(folder, 'out', file);
const outputs = job.classes.length || 1;
const checks = () =>
  Array(job.check_rows)
    .fill(
      Array(outputs)
        .fill(1 / outputs)
        .join(','),
    )
    .join('\n');
const progress = (fraction) => console.log(JSON.stringify({ event: 'progress', fraction }));
const sleep = () => setInterval(() => undefined, 1000);

const programs = {
  good() {
    progress(0.5);
    console.log('half of it');
    console.log(
      JSON.stringify({ event: 'log', message: `from ${process.cwd() === folder ? 'its folder' : 'elsewhere'}` }),
    );
    copyFileSync(process.argv[3], out('model.onnx'));
    writeFileSync(out('check.csv'), checks());
    writeFileSync(out('result.json'), JSON.stringify({ accuracy: 1, environment: Object.keys(process.env) }));
  },
  /** A sound trainer: as linear_regression and softmax_regression, from what stands in its folder alone. */
  async fit() {
    const { linearRegression, softmaxRegression } = await import('@retrain/ml');
    const [header, ...lines] = readFileSync(join(folder, 'in', 'train.csv'), 'utf8')
      .trimEnd()
      .split('\n');
    const cells = lines.map((line) => line.split(','));
    const features = header
      .split(',')
      .slice(2)
      .map((name) => ({ name, kind: 'numeric', drift: false, description: '' }));
    const outcomes = cells.map(([, outcome]) => (job.classes.length ? job.classes.indexOf(outcome) : Number(outcome)));
    const dataset = {
      task: { kind: job.task, classes: job.classes, ordered: false },
      schema: { features },
      rows: cells.length,
      features: Float32Array.from(cells.flatMap((row) => row.slice(2).map((cell) => (cell ? Number(cell) : NaN)))),
      outcomes: Float64Array.from(outcomes),
      times: Float64Array.from(cells, ([time]) => Date.parse(time)),
      keys: cells.map((_, row) => `${row}`),
    };
    const trainer = job.classes.length ? softmaxRegression : linearRegression;
    const options = trainer.parseOptions(job.hyper);
    const { signal } = new AbortController();
    const given = { dataset, options, seed: job.seed, lineage: {}, signal, onProgress: progress };
    const { artifact, check } = await trainer.fit(given);
    writeFileSync(out('model.onnx'), artifact);
    const scores = Array.from({ length: check.rows }, (_, row) =>
      check.scores.slice(row * outputs, (row + 1) * outputs),
    );
    writeFileSync(out('check.csv'), scores.map((row) => row.join(',')).join('\n'));
  },
  silent() {},
  garbage() {
    writeFileSync(out('model.onnx'), 'this is no model');
    writeFileSync(out('check.csv'), checks());
  },
  unscored() {
    writeFileSync(out('model.onnx'), 'whatever');
    writeFileSync(out('check.csv'), 'home,draw\n1,2\n');
  },
  boasting() {
    writeFileSync(out('model.onnx'), 'whatever');
    writeFileSync(out('check.csv'), checks());
    writeFileSync(out('result.json'), '[1]');
  },
  exit() {
    console.error('line one\nno such column: rain');
    process.exit(Number(process.argv[3]));
  },
  hang() {
    progress(process.pid / 1e9);
    sleep();
  },
  stubborn() {
    process.on('SIGTERM', () => undefined);
    progress(process.pid / 1e9);
    sleep();
  },
  parent() {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    progress(child.pid / 1e9);
    sleep();
  },
  hoard() {
    const hoarded = [];
    setInterval(() => hoarded.length < 64 && hoarded.push(Buffer.alloc(64 * 1024 * 1024, 1)), 10);
  },
};

await programs[name]();
