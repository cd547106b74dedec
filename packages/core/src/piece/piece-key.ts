import { codeVersion } from '../run/code-version.js';
import type { TrainerDefinition } from '../run/trainer-definition.js';
import { canonicalJson, sha256 } from '../shared/canonical-json.js';
import type { PieceWork } from './training-piece.js';

/**
 * The name of a piece by its content: equal work by equal code has equal keys, and is done once for all runs.
 *
 * A trainer that does not name the state of its code is trusted within one run only.
 */
export function pieceKey(
  work: PieceWork,
  runId: string,
  trainer: Pick<TrainerDefinition, 'version'> | undefined,
): string {
  const { snapshot, initial, ...given } = work;
  const by = trainer?.version === undefined ? { runId } : { code: codeVersion, trainer: trainer.version };
  return sha256(canonicalJson({ ...given, snapshot: snapshot.sha256, initial: initial?.sha256, by }));
}
