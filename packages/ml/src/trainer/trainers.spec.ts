import { describeTrainer } from '../testing/trainer-contract.js';
import { histGradientBoosting } from './boosting/hist-gradient-boosting.js';
import { linearRegression } from './linear-regression.js';
import { mlp } from './neural/mlp.js';
import { softmaxRegression } from './softmax-regression.js';

describeTrainer({ trainer: softmaxRegression, quick: { l2: 0.01 } });
describeTrainer({ trainer: linearRegression, quick: {} });
describeTrainer({
  trainer: histGradientBoosting,
  quick: { max_iterations: 30, learning_rate: 0.2, min_samples_leaf: 20 },
});
describeTrainer({ trainer: mlp, quick: { hidden: 8, epochs: 25, learning_rate: 0.02 } });
