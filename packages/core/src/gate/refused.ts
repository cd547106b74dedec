import type { JsonObject } from '../shared/json.js';
import type { GateVerdict } from './gate-definition.js';

/** A refusal with a machine-readable code: how gates fail closed. */
export function refused(code: string, reason: string, evidence: JsonObject = {}): Omit<GateVerdict, 'gate'> {
  return { accepted: false, code, reason, evidence };
}
