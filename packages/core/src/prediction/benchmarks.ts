import type { Records } from '../dataset/records.port.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { GivenAnswer, MaturedPrediction } from './prediction.js';

/**
 * Matured predictions with the benchmark that the observed record of their key carries; those of a model without benchmark as
 * they are.
 *
 * The record as it stands is read, so a corrected one corrects the benchmark too.
 */
export async function withBenchmarks<A extends GivenAnswer>(
  definition: Pick<ModelDefinition, 'benchmarkOf'>,
  records: Records,
  matured: readonly MaturedPrediction<A>[],
): Promise<readonly MaturedPrediction<A>[]> {
  const keys = new Set(matured.flatMap(({ prediction: { key } }) => key ?? []));
  if (!definition.benchmarkOf || keys.size === 0) return matured;
  const observed = await records.withKeys(matured[0]!.prediction.model, [...keys]);
  const known = new Map(observed.map((record) => [record.key, definition.benchmarkOf!(record)]));
  return matured.map((one) => {
    const benchmark = one.prediction.key === undefined ? undefined : known.get(one.prediction.key);
    return benchmark ? { ...one, benchmark } : one;
  });
}
