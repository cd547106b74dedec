import type { Plugin } from '@retrain/core';
import { commandTrainer } from '../command/command-trainer.js';
import { histGradientBoosting } from './boosting/hist-gradient-boosting.js';
import { linearRegression } from './linear-regression.js';
import { mlp } from './neural/mlp.js';
import { softmaxRegression } from './softmax-regression.js';

/** The trainers that are always available, registered through the same door as anybody's. */
export const mlPlugin: Plugin = {
  name: 'ml',
  trainers: [softmaxRegression, linearRegression, histGradientBoosting, mlp, commandTrainer],
};
