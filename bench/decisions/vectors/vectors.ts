import type { Part } from '../../bar.js';
import { reason, type Fields, type Figure, type Figures } from './figure.js';
import { calibrationErrorFigures, classificationFigures, confidenceFigures, regressionFigures } from './models.js';
import { categoricalFigures, numericFigures } from './samples.js';
import {
  discordantFigures,
  familyFigures,
  functionFigures,
  multipleTestingFigures,
  proportionFigures,
  sequentialFigures,
} from './tests.js';
import { isFields, readVectors, type VectorCase } from './vector-file.js';

type Definition = (inputs: Fields, one: VectorCase) => Figures;

const definitions: Readonly<Record<string, Definition>> = {
  numeric_bundle: numericFigures,
  categorical_bundle: categoricalFigures,
  classification_metrics: classificationFigures,
  regression_metrics: regressionFigures,
  ece_equal_count: (inputs, { params }) => calibrationErrorFigures(inputs, params),
  cbpe_binary: confidenceFigures,
  special_function: (inputs, { definition }) => functionFigures(inputs, definition.split(':')[0]!),
  multiple_testing: (inputs, { params }) => multipleTestingFigures(inputs, params),
  proportion_ci: proportionFigures,
  paired_discordant_e_value: discordantFigures,
  type_one_error_and_power: (inputs, { params }) => sequentialFigures(inputs, params),
  family_false_alarm: (inputs, { params }) => familyFigures(inputs, params),
};

/** Why no figure of a method is computed. */
const uncovered: Readonly<Record<string, string>> = {
  histogram_bin_count: 'features are binned at quantiles of the reference, not in equal widths',
  anderson_cvm: 'Kolmogorov–Smirnov is the test of raw values',
  isotonic_calibration: 'probabilities are calibrated by one power, which few rows can bear',
  msprt_normal: 'takes the variance of a difference for known; an e-process that bets needs none',
  type_one_error_under_peeking: 'is about the test with a known variance',
  cbpe_vs_realised: 'the estimate beside the truth is a property test of the product',
};

/** What became of one figure of one case. */
interface Finding {
  readonly id: string;
  readonly method: string;
  readonly figure: string;
  readonly verdict: 'passed' | 'failed' | 'not covered';
  readonly expected?: unknown;
  readonly ours?: unknown;
  readonly reason?: string;
}

/** Computes the figures of a vectors file by the product's own functions and compares them within the tolerance of each case. */
export function vectors(path: string): Part {
  const findings = readVectors(path).flatMap(judge);
  const failed = findings.filter(({ verdict }) => verdict === 'failed');
  print(findings);
  const count = (verdict: Finding['verdict']) => findings.filter((one) => one.verdict === verdict).length;
  return {
    name: 'statistics vectors',
    assumptions: { cases: new Set(findings.map(({ id }) => id)).size },
    figures: { passed: count('passed'), failed: failed.length, not_covered: count('not covered') },
    details: findings,
    bars: [{ name: 'vectors that fail', value: failed.length, unit: 'figures', must: 'at most', limit: 0 }],
  };
}

function judge(one: VectorCase): readonly Finding[] {
  const { id, method, expected } = one;
  const wanted = isFields(expected) ? expected : { value: expected };
  const finding = (figure: string, ours: Figure): Finding => {
    const base = { id, method, figure };
    if ('reason' in ours) return { ...base, verdict: 'not covered', reason: ours.reason };
    if (wanted[figure] === null) return { ...base, verdict: 'not covered', reason: 'the file gives no value' };
    const same = agrees(ours.value, wanted[figure], one);
    return { ...base, verdict: same ? 'passed' : 'failed', expected: wanted[figure], ours: ours.value };
  };
  const figures = figuresOf(one);
  return Object.keys(wanted).map((figure) =>
    finding(figure, 'all' in figures ? figures.all : (figures.each[figure] ?? reason('no figure of the product'))),
  );
}

function figuresOf(one: VectorCase): { readonly all: Figure } | { readonly each: Figures } {
  const { method, inputs } = one;
  const define = definitions[method];
  if (!define) return { all: reason(uncovered[method] ?? `the product has no definition of ${method || 'it'}`) };
  if (!inputs) return { all: reason('its inputs are those of a case that the file does not hold') };
  try {
    return { each: define(inputs, one) };
  } catch (error) {
    return { all: reason(`its inputs cannot be read: ${error instanceof Error ? error.message : String(error)}`) };
  }
}

/** Equal structures whose numbers are within the tolerance; what is not a number has to be the same. */
function agrees(ours: unknown, expected: unknown, { tolerance, relative }: VectorCase): boolean {
  const compare = (a: unknown, b: unknown): boolean => {
    if (typeof a === 'number' && typeof b === 'number') {
      if (Number.isNaN(b) || !Number.isFinite(b)) return Object.is(a, b);
      return Math.abs(a - b) <= Math.max(tolerance * (relative ? Math.abs(b) : 1), 1e-15 * Math.abs(b));
    }
    if (Array.isArray(b))
      return Array.isArray(a) && a.length === b.length && b.every((each, at) => compare(a[at], each));
    if (isFields(b)) return isFields(a) && Object.keys(b).every((name) => compare(a[name], b[name]));
    return a === b;
  };
  return compare(ours, expected);
}

/** Counts of a method, and its figures that are not covered by their reason. */
function print(findings: readonly Finding[]): void {
  const methods = [...new Set(findings.map(({ method }) => method))];
  const of = (method: string, wanted: Finding['verdict']) =>
    findings.filter((one) => one.method === method && one.verdict === wanted);
  console.table(
    methods.map((method) => ({
      method,
      passed: of(method, 'passed').length,
      failed: of(method, 'failed').length,
      'not covered': of(method, 'not covered').length,
    })),
  );
  console.log('Not covered:');
  for (const method of methods) {
    const why = new Map<string, Set<string>>();
    for (const { figure, reason: told } of of(method, 'not covered')) {
      why.set(told!, (why.get(told!) ?? new Set()).add(figure));
    }
    for (const [told, figures] of why) console.log(`- ${method}: ${[...figures].join(', ')}: ${told}`);
  }
  for (const { id, figure, expected, ours } of findings.filter(({ verdict }) => verdict === 'failed')) {
    console.log(`FAILED ${id}, ${figure}: ${JSON.stringify(ours)} instead of ${JSON.stringify(expected)}`);
  }
}
