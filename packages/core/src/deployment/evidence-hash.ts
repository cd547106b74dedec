import { canonicalJson, sha256 } from '../shared/canonical-json.js';
import type { JsonObject } from '../shared/json.js';

/** Hex sha256 of the evidence that an approval is bound to, whatever order its keys were stored in. */
export function evidenceHash(evidence: JsonObject): string {
  return sha256(canonicalJson(evidence));
}
