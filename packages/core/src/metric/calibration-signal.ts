import { normalTail } from '../statistic/distributions.js';
import { smallestProbability } from './classification.js';

/** Whether a model's own confidence is borne out by what happened: needs no baseline and no other season. */
export interface CalibrationSignal {
  /** Mean log loss of the rows, and what the model's own probabilities say it should be (their mean entropy). */
  readonly logLoss: number;
  readonly expectedLogLoss: number;
  /** (Σ log loss − Σ entropy) / sd: standard normal while the probabilities are right. */
  readonly z: number;
  /** One-sided p-value of z: small where the model is more surprised than it says. */
  readonly pValue: number;
  /** CUSUM of the log-likelihood ratio "half as confident" against "as stated" after the last row; never negative. */
  readonly cusum: number;
  /** e^−cusum: no more than this is the chance of such a CUSUM while the probabilities are right, whenever one looks. */
  readonly cusumPValue: number;
  /** The same log-likelihood ratio over all rows, without restarts: an e-value as its log, valid whenever one looks from the first row on. */
  readonly logE: number;
}

/** The alternative of the CUSUM: probabilities raised to this power and scaled to sum one, the truth behind squared ones. */
const flattening = 0.5;

/**
 * Calibration of probabilities (rows x classes, row-major, ascending in time) against observed class indices; undefined without
 * rows.
 *
 * The CUSUM (Page 1954) restarts at zero, so it forgets good times and a fault shows within tens of rows. Its increments
 * are log-likelihood ratios: while the stated probabilities are right, every stretch of them is a martingale of mean
 * one, and by Ville's inequality the CUSUM exceeds h at any given look with probability at most e^−h.
 */
export function calibrationSignal(
  classes: number,
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
): CalibrationSignal | undefined {
  const rows = outcomes.length;
  if (rows === 0) return undefined;
  let [lossSum, entropySum, varianceSum, cusum, logE] = [0, 0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    let [entropy, square, flattened] = [0, 0, 0];
    for (let k = 0; k < classes; k++) {
      const p = Math.max(scores[row * classes + k]!, smallestProbability);
      const log = Math.log(p);
      entropy -= p * log;
      square += p * log * log;
      flattened += p ** flattening;
    }
    const observed = Math.log(Math.max(scores[row * classes + outcomes[row]!]!, smallestProbability));
    lossSum -= observed;
    entropySum += entropy;
    varianceSum += Math.max(0, square - entropy * entropy);
    const increment = flattening * observed - Math.log(flattened) - observed;
    cusum = Math.max(0, cusum + increment);
    logE += increment;
  }
  const deviation = Math.sqrt(varianceSum);
  // Probabilities of 0 and 1 leave no room for chance: any surprise is proof.
  const certain = lossSum > entropySum + 1e-9 ? 40 : 0;
  const z = deviation > 0 ? (lossSum - entropySum) / deviation : certain;
  return {
    logLoss: lossSum / rows,
    expectedLogLoss: entropySum / rows,
    z,
    pValue: normalTail(z),
    cusum,
    cusumPValue: Math.exp(-cusum),
    logE,
  };
}
