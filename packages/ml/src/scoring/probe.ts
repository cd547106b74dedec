import type { InferenceSession } from 'onnxruntime-node';
import { messageOf, type ScorerExpectation } from '@retrain/core';
import { Tensor } from 'onnxruntime-node';
import { outputName } from '../onnx/inspect-artifact.js';

const TOLERANCE = 1e-5;
/** Numbers of rows tried; a model with a fixed or wrongly shaped graph fails on one of them. */
const BATCHES = [0, 1, 2, 257];

/**
 * Asks a loaded model about made-up rows: none, one, many, ordinary, extreme, partly and wholly missing.
 *
 * @returns what is wrong with its answers; empty when it may serve.
 */
export async function probe(session: InferenceSession, expectation: ScorerExpectation): Promise<string[]> {
  const { inputs } = expectation;
  for (const rows of BATCHES) {
    const problem = await answerProblem(session, expectation, probeRows(rows, inputs), rows, `${rows} rows`);
    if (problem) return [problem];
  }
  const missing = new Float32Array(inputs * 2).fill(NaN);
  missing.set(probeRows(1, inputs).subarray(0, inputs >>> 1));
  const problem = await answerProblem(session, expectation, missing, 2, 'rows of missing values (NaN)');
  return problem ? [`${problem}; impute missing values inside the model`] : [];
}

async function answerProblem(
  session: InferenceSession,
  { inputs, outputs, probabilities }: ScorerExpectation,
  features: Float32Array,
  rows: number,
  what: string,
): Promise<string | undefined> {
  const output = outputName({ probabilities });
  let answer: Tensor;
  try {
    const results = await session.run({ features: new Tensor('float32', features, [rows, inputs]) }, [output]);
    answer = results[output]!;
  } catch (error) {
    return `scoring ${what} fails: ${messageOf(error)}`;
  }
  if (answer.type !== 'float32' || answer.dims.length !== 2 || answer.dims[0] !== rows || answer.dims[1] !== outputs) {
    return `for ${what} it answers ${answer.type} [${answer.dims.join(', ')}], must be float32 [${rows}, ${outputs}]`;
  }
  const scores = answer.data as Float32Array;
  for (let row = 0; row < rows; row++) {
    const problem = rowProblem(scores.subarray(row * outputs, (row + 1) * outputs), probabilities);
    if (problem) return `for ${what} it answers ${problem}`;
  }
  return undefined;
}

function rowProblem(scores: Float32Array, probabilities: boolean): string | undefined {
  const shown = `[${Array.from(scores.subarray(0, 5), (score) => Number(score.toPrecision(4))).join(', ')}]`;
  if (scores.some((score) => !Number.isFinite(score))) return `${shown}, which is not finite`;
  if (!probabilities) return undefined;
  if (scores.some((score) => score < 0)) return `${shown}, which has a negative probability`;
  const sum = scores.reduce((total, score) => total + score, 0);
  return Math.abs(sum - 1) > TOLERANCE ? `${shown}, which sums to ${sum.toPrecision(6)} instead of 1` : undefined;
}

/** Rows that vary over several magnitudes; the same every time. */
function probeRows(rows: number, inputs: number): Float32Array {
  return Float32Array.from(
    { length: rows * inputs },
    (_, index) => Math.sin(index * 12.9898) * 10 ** ((index % 5) - 1),
  );
}
