import {
  chiSquareTwoSamples,
  jensenShannonDistance,
  kolmogorovSmirnov,
  mannWhitney,
  moments,
  populationStabilityIndex,
  proportionBelow,
  sharesOf,
  totalVariation,
  twoSampleTail,
  twoSampleTailExact,
  wassersteinDistance,
} from '@retrain/core';
import { binsOfBoth, binsOfReference } from './binning.js';
import { number, numbers, reason, value, type Fields, type Figures } from './figure.js';

const symmetric = 'PSI is its symmetric form; Kullback and Leibler’s own depends on which side is called the reference';
const sameAsJensenShannon = 'beside the Jensen–Shannon distance it tells nothing more of the same bins';
const unpaired =
  'means of unpaired samples decide nothing here: drift compares distributions, gates compare row by row';

/** Distances of two samples of numbers: exact ones, and those over bins that the case prescribes. */
export function numericFigures({ reference, current }: Fields): Figures {
  const [first, second] = [numbers(reference), numbers(current)];
  const ks = kolmogorovSmirnov(first, second)!;
  const wasserstein = wassersteinDistance(first, second)!;
  const { deviation } = moments(first);
  const spread = deviation * Math.sqrt((first.length - 1) / first.length);
  const both = binsOfBoth(first, second);
  const own = binsOfReference(first, second);
  const [larger, smaller] = [mannWhitney(first, second)!, mannWhitney(second, first)!];
  return {
    ks_d: value(ks.statistic),
    ks_p_asymptotic: value(twoSampleTail(ks.statistic, first.length, second.length)),
    ks_p_exact: value(twoSampleTailExact(ks.statistic, first.length, second.length)),
    wasserstein: value(wasserstein),
    wasserstein_normed: value(spread > 0 ? wasserstein / spread : wasserstein),
    ev_psi: value(populationStabilityIndex(both.reference, both.current)),
    ev_js: value(jensenShannonDistance(both.reference, both.current)),
    nm_js: value(jensenShannonDistance(own.reference, own.current, 2)),
    ev_kl: reason(symmetric),
    nm_hellinger: reason(sameAsJensenShannon),
    energy: reason('no drift method: it ranks shifts as the Wasserstein distance does, without a unit people know'),
    ev_binned: reason('says how the case was computed'),
    mannwhitney_u: value(first.length * second.length * (1 - larger.auc)),
    mannwhitney_p_two_sided: value(Math.min(1, 2 * Math.min(larger.pValue, smaller.pValue))),
    welch_t: reason(unpaired),
    welch_p: reason(unpaired),
  };
}

/** Distances of two lists of counts over the same categories. */
export function categoricalFigures({ reference_counts: first, current_counts: second }: Fields): Figures {
  const [before, now] = [numbers(first), numbers(second)];
  const [p, q] = [sharesOf(before), sharesOf(now)];
  const chi = chiSquareTwoSamples(before, now);
  const corrected = reason('with two categories the product applies Yates’ correction, as scipy does by default');
  const oneSample = reason('takes the reference for the truth; both sides are samples, so their table is tested');
  return {
    ev_psi: value(populationStabilityIndex(p, q)),
    ev_js: value(jensenShannonDistance(p, q)),
    nm_js: value(jensenShannonDistance(p, q, 2)),
    tvd: value(totalVariation(p, q)),
    chi2_contingency_stat: value(chi.statistic),
    chi2_contingency_p: value(chi.pValue),
    chi2_dof: value(chi.freedom),
    chi2_contingency_uncorrected_stat: chi.freedom === 1 ? corrected : value(chi.statistic),
    chi2_contingency_uncorrected_p: chi.freedom === 1 ? corrected : value(chi.pValue),
    ev_z_p: before.length === 2 ? value(twoSided(before, now)) : reason('needs two categories'),
    ev_kl: reason(symmetric),
    ev_hellinger: reason(sameAsJensenShannon),
    nm_hellinger: reason(sameAsJensenShannon),
    l_infinity: reason('the total variation is the distance of shares that is used'),
    ev_chisquare_stat: oneSample,
    ev_chisquare_p: oneSample,
    cramers_v_deepchecks: reason('effect size is Cohen’s w against the even mixture, without a bias correction'),
    categories: reason('names of the categories'),
    chi2_note: reason('a remark'),
  };
}

/** Two-sided p-value of a difference of two proportions, of the one-sided test that the performance trigger makes. */
function twoSided(before: Float64Array, now: Float64Array): number {
  const [n, m] = [before[0]! + before[1]!, now[0]! + now[1]!];
  const below = proportionBelow(number(now[0]), m, before[0]! / n, n);
  return 2 * Math.min(below, 1 - below);
}
