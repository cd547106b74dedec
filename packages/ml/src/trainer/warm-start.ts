import { messageOf, schemaHash, type FitRequest, type JsonObject } from '@retrain/core';
import { readLineage } from '../onnx/inspect-artifact.js';

/** Option of every trainer that can begin from the model that answers now. */
export const WARM_START = { kind: 'flag', fallback: false } as const;

export interface WarmStart<T> {
  /** What the trainer begins from; absent: it begins cold. */
  readonly from?: T;
  /** Goes into the fit's diagnostics: whether it began warm, and why not. Empty when nobody asked for it. */
  readonly diagnostics: JsonObject;
}

/**
 * What a fit begins from, when its options say `warm_start: true` and `request.initial` is a model of the same trainer on
 * the same features and classes.
 *
 * @param read takes from the artifact what the trainer needs; undefined or an error means that it does not fit.
 */
export function warmStart<T>(
  trainer: string,
  request: FitRequest,
  read: (artifact: Uint8Array) => T | undefined,
): WarmStart<T> {
  if (request.options['warm_start'] !== true) return { diagnostics: {} };
  const cold = (reason: string) => ({ diagnostics: { warm_start: { used: false, reason } } });
  if (!request.initial) return cold('no model answers yet');
  try {
    const problem = mismatch(trainer, request, readLineage(request.initial));
    if (problem) return cold(problem);
    const from = read(request.initial);
    if (from === undefined) return cold('the given model lacks parts that the trainer begins from');
    return { from, diagnostics: { warm_start: { used: true } } };
  } catch (error) {
    return cold(messageOf(error));
  }
}

function mismatch(
  trainer: string,
  { dataset: { schema, task } }: FitRequest,
  lineage: Record<string, string>,
): string | undefined {
  if (lineage['trainer'] !== trainer) return `the given model is of ${lineage['trainer'] ?? 'an unknown trainer'}`;
  if (lineage['schema_hash'] !== schemaHash(schema)) return 'the given model reads other features';
  const classes = task.kind === 'classification' ? JSON.stringify(task.classes) : undefined;
  return lineage['classes'] === classes ? undefined : 'the given model tells other classes apart';
}
