import {
  benjaminiHochberg,
  binomialCdf,
  chiSquareTail,
  erfc,
  incompleteBeta,
  incompleteGamma,
  kolmogorovSmirnov,
  kolmogorovTail,
  kolmogorovTailOf,
  logBeta,
  logGamma,
  logProportionEvidence,
  mcNemarExact,
  normalCdf,
  normalQuantile,
  normalTail,
  seededRandom,
  studentTail,
  twoSampleTail,
  wilsonInterval,
} from '@retrain/core';
import { number, numbers, reason, value, type Fields, type Figure, type Figures } from './figure.js';
import { normals } from '../../normal.js';

/** By scipy's names, arguments in scipy's order. */
const functions: Readonly<Record<string, (...given: number[]) => number>> = {
  norm_cdf: normalCdf,
  norm_sf: normalTail,
  norm_ppf: normalQuantile,
  t_sf: studentTail,
  chi2_sf: chiSquareTail,
  binom_cdf: binomialCdf,
  betainc: (a, b, x) => incompleteBeta(x!, a!, b!),
  gammainc: (a, x) => incompleteGamma(a!, x!).lower,
  gammaincc: (a, x) => incompleteGamma(a!, x!).upper,
  gammaln: logGamma,
  betaln: logBeta,
  kolmogorov_sf: kolmogorovTail,
  kstwo_sf: (d, n) => kolmogorovTailOf(n!, d!),
  erfc,
};

/** @param name which function; the case's definition begins with it. */
export function functionFigures({ rows }: Fields, name: string): Figures {
  const ours = functions[name];
  if (!ours) return { values: reason(`no decision needs ${name}`) };
  return { values: value((rows as number[][]).map((given) => ours(...given))) };
}

export function multipleTestingFigures({ p_values: given }: Fields, { alpha }: Fields): Figures {
  const pValues = [...numbers(given)];
  const { adjusted, rejected } = benjaminiHochberg(pValues, alpha === undefined ? 0.05 : number(alpha));
  const other = 'drift is judged by Benjamini and Hochberg’s procedure only';
  return {
    fdr_bh: value({ adjusted, reject: rejected }),
    ...Object.fromEntries(['bonferroni', 'holm', 'hommel', 'fdr_by'].map((name) => [name, reason(other)])),
  };
}

export function proportionFigures({ successes, n }: Fields): Figures {
  return {
    wilson: value(wilsonInterval(number(successes), number(n))),
    clopper_pearson: reason('Wilson’s interval is shown: Clopper and Pearson’s is wider than its level asks for'),
  };
}

export function discordantFigures({ challenger_only_correct: won, champion_only_correct: lost }: Fields): Figures {
  const log = logDiscordantEvidence(number(won), number(won) + number(lost));
  return {
    e_value: value(Math.exp(log)),
    log_e: value(log),
    anytime_p: value(Math.min(1, Math.exp(-log))),
    mcnemar_exact_p_fixed_n: value(mcNemarExact(number(won), number(lost))),
  };
}

/** The mixture that the cases prescribe: Beta(1/2, 1/2). */
function logDiscordantEvidence(won: number, pairs: number): number {
  return logProportionEvidence(won, pairs, 0.5, [0.5, 0.5]);
}

/** Share of simulations in which the evidence reaches 1 / alpha, looked at after every pair. */
export function sequentialFigures({ sims, pairs }: Fields, { alpha }: Fields): Figures {
  const limit = -Math.log(alpha === undefined ? 0.05 : number(alpha));
  const random = seededRandom(404);
  const share = (p: number): Figure => {
    let alarms = 0;
    for (let simulation = 0; simulation < number(sims); simulation++) {
      let won = 0;
      for (let pair = 1; pair <= number(pairs); pair++) {
        if (random() < p) won++;
        if (logDiscordantEvidence(won, pair) < limit) continue;
        alarms++;
        break;
      }
    }
    return value(alarms / number(sims));
  };
  return { false_alarm_rate_p50: share(0.5), power_p55: share(0.55), power_p60: share(0.6) };
}

/** Share of checks in which any of some features that never change alarms, by the p-value that profiles are judged by. */
export function familyFigures({ sims, features, n }: Fields, { alpha }: Fields): Figures {
  const level = alpha === undefined ? 0.05 : number(alpha);
  const normal = normals(20_260);
  let [uncorrected, corrected, half] = [0, 0, 0];
  for (let simulation = 0; simulation < number(sims); simulation++) {
    const pValues = Array.from({ length: number(features) }, () => {
      const sample = () => Float64Array.from({ length: number(n) }, normal);
      return twoSampleTail(kolmogorovSmirnov(sample(), sample())!.statistic, number(n), number(n));
    });
    const significant = pValues.filter((p) => p <= level).length;
    if (significant > 0) uncorrected++;
    if (significant >= pValues.length / 2) half++;
    if (benjaminiHochberg(pValues, level).rejected.includes(true)) corrected++;
  }
  const share = (count: number): Figure => value(count / number(sims));
  return {
    any_feature_uncorrected: share(uncorrected),
    any_feature_bh: share(corrected),
    evidently_share_half: share(half),
  };
}
