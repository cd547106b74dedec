import { slice, type Dataset } from '@retrain/core';
import { mlPlugin, OnnxScorerLoader } from '@retrain/ml';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Part } from '../bar.js';
import { madeRows } from './rows.js';

export interface Comparison {
  /** A Python with scikit-learn. */
  readonly python: string;
  readonly rows: number;
  readonly features: number;
  readonly classes: number;
  readonly iterations: number;
}

/** One fit: what it took and how good it is on rows it has not seen. */
interface Fit {
  readonly wall_seconds: number;
  readonly processor_seconds: number;
  readonly log_loss: number;
}

const ROUNDS = 3;
const UNSEEN_SHARE = 0.1;
const PARITY_ROWS = 1000;
const LEAVES = { learning_rate: 0.1, max_leaf_nodes: 31, min_samples_leaf: 20, max_bins: 255 };

const trainer = mlPlugin.trainers!.find(({ name }) => name === 'hist_gradient_boosting')!;

/**
 * Fits both on the same rows in turn, three times, and compares processor time (that of all threads, so that other work
 * on the machine counts as little as possible) and log loss on a tenth as many unseen rows.
 */
export async function againstScikitLearn(comparison: Comparison): Promise<Part> {
  const { rows, features, classes, iterations } = comparison;
  const all = madeRows(Math.round(rows * (1 + UNSEEN_SHARE)), features, classes, 7);
  const folder = mkdtempSync(join(tmpdir(), 'bench-trainers-'));
  try {
    const hyper = { ...LEAVES, max_iter: iterations, l2_regularization: 0 };
    writeFileSync(join(folder, 'job.json'), JSON.stringify({ rows, features, hyper }));
    writeFileSync(join(folder, 'features.f32'), new Uint8Array(all.features.buffer));
    writeFileSync(join(folder, 'outcomes.f64'), new Uint8Array(all.outcomes.buffer));
    const own: (Fit & { parity: number })[] = [];
    const other: Fit[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      own.push(await fitHere(all, comparison));
      other.push(fitThere(comparison.python, folder));
    }
    const ratio = median(own.map((fit, round) => fit.processor_seconds / other[round]!.processor_seconds));
    const worse = own[0]!.log_loss / other[0]!.log_loss - 1;
    const name = `boosting, ${rows} x ${features}, ${classes} classes, ${iterations} iterations`;
    return {
      name,
      assumptions: {
        rows,
        features,
        classes,
        iterations,
        ...LEAVES,
        l2: 0,
        rounds: ROUNDS,
        threads: 1,
        unseen_share: UNSEEN_SHARE,
      },
      figures: { ratio, worse, own, scikit_learn: other },
      bars: [
        {
          name: `${name}: processor time over scikit-learn's`,
          value: ratio,
          unit: 'times',
          must: 'at most',
          limit: 1.5,
        },
        { name: `${name}: log loss above scikit-learn's`, value: worse, unit: 'share', must: 'at most', limit: 0.01 },
        {
          name: `${name}: ONNX against the trainer`,
          value: own[0]!.parity,
          unit: 'difference',
          must: 'at most',
          limit: 1e-5,
        },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function fitHere(all: Dataset, { rows, features, classes, iterations }: Comparison) {
  const known = slice(all, 0, rows);
  const unseen = slice(all, rows, all.rows);
  const wall = performance.now();
  const processor = process.cpuUsage();
  const fitted = await trainer.fit({
    dataset: known,
    options: trainer.parseOptions({ ...LEAVES, max_iterations: iterations, l2: 0, early_stopping: false }),
    seed: 1,
    lineage: {},
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const { user, system } = process.cpuUsage(processor);
  const wallSeconds = (performance.now() - wall) / 1000;
  const scorer = await new OnnxScorerLoader().load(fitted.artifact, {
    inputs: features,
    outputs: classes,
    probabilities: true,
  });
  const scores = await scorer.score(unseen.features, unseen.rows);
  const checked = await scorer.score(slice(known, 0, PARITY_ROWS).features, PARITY_ROWS);
  await scorer.release();
  return {
    wall_seconds: wallSeconds,
    processor_seconds: (user + system) / 1e6,
    log_loss: unseen.outcomes.reduce((sum, k, row) => sum - Math.log(scores[row * classes + k]!) / unseen.rows, 0),
    parity: checked.reduce((most, score, index) => Math.max(most, Math.abs(score - fitted.check.scores[index]!)), 0),
  };
}

function fitThere(python: string, folder: string): Fit {
  const script = join(import.meta.dirname, '..', '..', 'trainers', 'hist_gradient_boosting.py');
  const { status, stdout, stderr, error } = spawnSync(python, [script, folder], {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  if (status !== 0) throw new Error(`${python} cannot fit: ${error?.message ?? stderr}`);
  return JSON.parse(stdout) as Fit;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
