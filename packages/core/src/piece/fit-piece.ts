import { slice, withFeatures, type Dataset } from '../dataset/dataset.js';
import { expectationOf } from '../deployment/version-loader.service.js';
import type { Fitting, FittingLimits } from '../run/fitting.port.js';
import type { FittedModel } from '../run/trainer-definition.js';
import type { ScorerLoader } from '../serving/scorer.port.js';
import { invalid } from '../shared/errors.js';
import type { JsonObject } from '../shared/json.js';
import { pack, unpack } from '../shared/packed.js';
import type { PieceWork } from './training-piece.js';

/** What the work of a piece needs beside its description. */
export interface PieceTools {
  readonly fitting: Fitting;
  readonly loader: ScorerLoader;
  /** The rows that the work's snapshot names. */
  readonly dataset: Dataset;
  /** The model that the work's `initial` names. */
  readonly initial?: Uint8Array;
  readonly limits: FittingLimits;
  readonly signal: AbortSignal;
  onProgress?(fraction: number): void;
}

/** A fitted piece: scores of the judged rows (rows x outputs, row-major), or the model. */
export type FittedPiece = { readonly scores: Float32Array } | { readonly model: FittedModel };

/** Fits a piece. Knows of no run, no row and no queue; rejects as `Fitting.fit` and `ScorerLoader.load` do. */
export async function fitPiece(work: Omit<PieceWork, 'snapshot' | 'initial'>, tools: PieceTools): Promise<FittedPiece> {
  const { fitRows, judged, recipe, seed, lineage } = work;
  const { fitting, loader, initial, limits, signal, onProgress } = tools;
  signal.throwIfAborted();
  const dataset = work.features ? withFeatures(tools.dataset, work.features) : tools.dataset;
  const rows = slice(dataset, 0, fitRows);
  const given = { recipe, dataset: rows, seed, lineage, ...(initial ? { initial } : {}) };
  const model = await fitting.fit({ ...given, limits, signal, onProgress });
  if (!judged) return { model };
  const scorer = await loader.load(model.artifact, expectationOf(dataset));
  try {
    const { from, to } = judged;
    return { scores: await scorer.score(slice(dataset, from, to).features, to - from) };
  } finally {
    await scorer.release();
  }
}

const FORMAT = 'retrain.piece.1';

/** Bytes of a fitted piece without its artifact; equal pieces give equal bytes. */
export function encodeOutcome(fitted: FittedPiece): Uint8Array {
  if ('scores' in fitted) return pack({ header: { format: FORMAT }, arrays: { scores: fitted.scores } });
  const { check, diagnostics } = fitted.model;
  return pack({ header: { format: FORMAT, checkRows: check.rows, diagnostics }, arrays: { check: check.scores } });
}

/** The inverse of `encodeOutcome`; a model needs its artifact. Throws `invalid_packed` for other or broken bytes. */
export function decodeOutcome(bytes: Uint8Array, artifact?: Uint8Array): FittedPiece {
  const { header, arrays } = unpack(bytes);
  const { scores, check } = arrays;
  if (header.format === FORMAT && !artifact && scores instanceof Float32Array) return { scores };
  if (header.format === FORMAT && artifact && check instanceof Float64Array) {
    const diagnostics = header.diagnostics as JsonObject;
    return { model: { artifact, check: { rows: header.checkRows as number, scores: check }, diagnostics } };
  }
  throw invalid('invalid_packed', 'These bytes are not what a fitted piece leaves.');
}
