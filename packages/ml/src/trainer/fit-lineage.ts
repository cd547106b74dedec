import { schemaHash, type FitRequest } from '@retrain/core';

/**
 * What an artifact says of its own origin: the caller's lineage plus trainer, options, seed, features, classes, rows.
 *
 * Holds no clock and no machine, so that equal requests give equal bytes.
 */
export function fitLineage(trainer: string, request: FitRequest): Record<string, string> {
  const { dataset, options, seed, lineage } = request;
  const { task, schema, rows } = dataset;
  return {
    ...lineage,
    trainer,
    options: JSON.stringify(options),
    seed: String(seed),
    rows: String(rows),
    features: JSON.stringify(schema.features.map((feature) => feature.name)),
    schema_hash: schemaHash(schema),
    ...(task.kind === 'classification' ? { classes: JSON.stringify(task.classes) } : {}),
  };
}
