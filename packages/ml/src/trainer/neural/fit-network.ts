import { slice, type Dataset, type JsonObject } from '@retrain/core';
import { OUTPUT_CONSTANTS, type NeuralModel } from '../../onnx/neural-models.js';
import { readConstants } from '../../onnx/read-constants.js';
import { readEarlierLinear, restated, type EarlierLinear } from '../earlier-linear.js';
import { holdoutEdge } from '../holdout.js';
import { normalise } from '../probabilities.js';
import { measureStandardisation, spreadWeights, standardise, type Standardisation } from '../standardise.js';
import { firstParameters, networkScores, transposed, type Parameters, type Shape } from './network.js';
import { trainNetwork } from './train-network.js';

export interface NetworkRules {
  readonly hidden: number;
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly l2: number;
  /** Share of the newest rows to stop by; absent: all epochs. */
  readonly holdoutShare?: number;
  /** Epochs without gain on the holdout before it stops. */
  readonly patience: number;
}

export interface NetworkFit {
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly initial?: Earlier;
  onProgress(fraction: number): void;
}

/** A fitted network, in the units of its features and values. */
export interface Network {
  readonly layers: Omit<NeuralModel, 'lineage'>;
  readonly diagnostics: JsonObject;
  /** Scores of any rows: rows x classes, or the values. */
  score(rows: Dataset): Float64Array;
}

/** Weights of a network that was fitted earlier. */
export interface Earlier {
  readonly hidden: EarlierLinear;
  readonly outputWeights: Float32Array;
  readonly outputIntercepts: Float32Array;
}

/** Undefined when the artifact is no network of this shape. */
export function readNetwork(artifact: Uint8Array, width: number, hidden: number, outputs: number): Earlier | undefined {
  const layer = readEarlierLinear(artifact, width, hidden);
  const constants = readConstants(artifact);
  const [outputWeights, outputIntercepts] = OUTPUT_CONSTANTS.map((name) => constants.get(name));
  if (!layer || outputWeights?.length !== hidden * outputs || outputIntercepts?.length !== outputs) return undefined;
  return { hidden: layer, outputWeights, outputIntercepts };
}

/** Holds the newest rows out to learn how many epochs are enough, where the rules say so; then fits all rows. */
export async function fitNetwork(dataset: Dataset, rules: NetworkRules, fit: NetworkFit): Promise<Network> {
  const edge =
    rules.holdoutShare === undefined ? undefined : holdoutEdge(dataset, rules.holdoutShare, rules.batchSize / 4);
  if (edge === undefined) {
    const network = await fitOnce(dataset, rules, fit);
    if (rules.holdoutShare === undefined) return network;
    return { ...network, diagnostics: { ...network.diagnostics, early_stopping: 'too few rows to hold some out' } };
  }
  const holdout = slice(dataset, edge, dataset.rows);
  const half = (from: number): NetworkFit => ({ ...fit, onProgress: (part) => fit.onProgress(from + part / 2) });
  const { best } = await fitOnce(slice(dataset, 0, edge), rules, half(0), holdout);
  const network = await fitOnce(dataset, { ...rules, epochs: best.epochs }, half(0.5));
  const told = { holdout_rows: holdout.rows, holdout_loss: best.loss };
  return { ...network, diagnostics: { ...network.diagnostics, ...told } };
}

async function fitOnce(dataset: Dataset, rules: NetworkRules, fit: NetworkFit, holdout?: Dataset) {
  const { task, rows } = dataset;
  const classification = task.kind === 'classification';
  const standardisation = measureStandardisation(dataset);
  const values = classification ? { mean: 0, scale: 1 } : valueScale(dataset.outcomes);
  const shape: Shape = {
    inputs: standardisation.used.length,
    hidden: rules.hidden,
    outputs: classification ? task.classes.length : 1,
  };
  const scoreStandardised = (parameters: Parameters, part: Dataset) =>
    networkScores(parameters, shape, standardise(part, part.rows, standardisation), part.rows);
  let best = { epochs: 0, loss: Infinity };
  const judge = (epochs: number, parameters: Parameters): boolean => {
    if (!holdout) return true;
    const loss = lossOf(scoreStandardised(parameters, holdout), holdout, values);
    if (loss < best.loss) best = { epochs, loss };
    return epochs - best.epochs < rules.patience;
  };
  const start = fit.initial
    ? restart(fit.initial, standardisation, shape, values)
    : firstParameters(shape, startOf(dataset, shape), fit.seed);
  // Weights that nobody has trained are no model.
  if (fit.initial) judge(0, start);
  let done = 0;
  let trainingLoss = 0;
  fit.signal.throwIfAborted();
  const parameters = await trainNetwork({
    shape,
    start,
    matrix: Float32Array.from(standardise(dataset, rows, standardisation)),
    truths: truthsOf(dataset, shape.outputs, values),
    rows,
    classification,
    // Without a feature that varies there is nothing to learn beside the start.
    epochs: shape.inputs === 0 ? 0 : rules.epochs,
    batchSize: rules.batchSize,
    learningRate: rules.learningRate,
    l2: rules.l2,
    seed: fit.seed,
    afterEpoch: (epoch, now, loss) => {
      fit.signal.throwIfAborted();
      done = epoch + 1;
      trainingLoss = loss;
      fit.onProgress(done / rules.epochs);
      fit.signal.throwIfAborted();
      return judge(done, now);
    },
  });
  const width = dataset.schema.features.length;
  const { inputs, hidden, outputs } = shape;
  const firstLayer = transposed(Float64Array.from(parameters.hidden_weights), inputs, hidden);
  return {
    best,
    layers: {
      hidden: {
        standardisation,
        weights: spreadWeights(firstLayer, hidden, width, standardisation.used),
        intercepts: parameters.hidden_intercepts,
      },
      outputWeights: transposed(parameters.output_weights, hidden, outputs).map((weight) => weight * values.scale),
      outputIntercepts: parameters.output_intercepts.map((intercept) => intercept * values.scale + values.mean),
    },
    diagnostics: { features_used: inputs, epochs: done, loss: trainingLoss } as JsonObject,
    score: (part: Dataset) => scoreStandardised(parameters, part).map((score) => score * values.scale + values.mean),
  };
}

interface ValueScale {
  readonly mean: number;
  readonly scale: number;
}

function valueScale(outcomes: Float64Array): ValueScale {
  const mean = outcomes.reduce((sum, outcome) => sum + outcome / outcomes.length, 0);
  const variance = outcomes.reduce((sum, outcome) => sum + (outcome - mean) ** 2 / outcomes.length, 0);
  return { mean: Math.fround(mean), scale: Math.fround(Math.sqrt(variance)) || 1 };
}

/** Intercepts of the outputs before training: the shares of the classes; standardised values have mean 0. */
function startOf({ task, outcomes, rows }: Dataset, { outputs }: Shape): Float64Array {
  const start = new Float64Array(outputs);
  if (task.kind === 'regression') return start;
  for (const outcome of outcomes) start[outcome]! += 1 / rows;
  return start.map(Math.log);
}

function restart(earlier: Earlier, now: Standardisation, shape: Shape, values: ValueScale): Parameters {
  const { inputs, hidden, outputs } = shape;
  const point = restated(earlier.hidden, now);
  return {
    hidden_weights: Float32Array.from(transposed(point.slice(0, hidden * inputs), hidden, inputs)),
    hidden_intercepts: Float32Array.from(point.subarray(hidden * inputs)),
    output_weights: transposed(earlier.outputWeights, outputs, hidden).map((weight) => weight / values.scale),
    output_intercepts: earlier.outputIntercepts.map((intercept) => (intercept - values.mean) / values.scale),
  };
}

function truthsOf({ outcomes, rows, task }: Dataset, outputs: number, { mean, scale }: ValueScale): Float32Array {
  if (task.kind === 'regression') return Float32Array.from(outcomes, (outcome) => (outcome - mean) / scale);
  const truths = new Float32Array(rows * outputs);
  outcomes.forEach((outcome, row) => (truths[row * outputs + outcome] = 1));
  return truths;
}

/** Mean log loss, or half the mean squared error of standardised values. */
function lossOf(scores: Float64Array, { task, outcomes, rows }: Dataset, { mean, scale }: ValueScale): number {
  const outputs = scores.length / rows;
  return outcomes.reduce((sum, outcome, row) => {
    if (task.kind === 'regression') return sum + (scores[row]! - (outcome - mean) / scale) ** 2 / 2 / rows;
    const line = scores.slice(row * outputs, (row + 1) * outputs);
    const score = line[outcome]!;
    return sum + (normalise(line) - score) / rows;
  }, 0);
}
