import type { Json, JsonObject } from '../shared/json.js';
import type { TriggerVerdict, TriggerVerdictKind } from './trigger-definition.js';

/** A verdict as evidence of the trigger that asked for it: snake_case, what is undefined left out. */
export function verdictToJson(verdict: TriggerVerdict): JsonObject {
  const { trigger, verdict: kind, score, threshold, n, interval, pValue, reason, evidence } = verdict;
  return {
    trigger,
    verdict: kind,
    ...(score !== undefined ? { score } : {}),
    ...(threshold !== undefined ? { threshold } : {}),
    ...(n !== undefined ? { n } : {}),
    ...(interval ? { interval } : {}),
    ...(pValue !== undefined ? { p_value: pValue } : {}),
    reason,
    evidence,
  };
}

/** The verdicts that triggers gave in a check, also those that others rest on (`parts` of their evidence), outer ones first. */
export function allVerdicts(verdicts: readonly TriggerVerdict[]): readonly TriggerVerdict[] {
  return verdicts.flatMap((verdict) => [verdict, ...allVerdicts(partsOf(verdict))]);
}

/** Names of the triggers that a firing rests on in the end: those within the one that combines them. */
export function firedAtHeart(verdict: TriggerVerdict): readonly string[] {
  if (verdict.verdict !== 'fired') return [];
  const parts = partsOf(verdict);
  return parts.length === 0 ? [verdict.trigger] : parts.flatMap(firedAtHeart);
}

/** Evidence comes from plug-ins too: what does not look like verdicts is none. */
function partsOf({ evidence }: TriggerVerdict): readonly TriggerVerdict[] {
  const { parts } = evidence;
  if (!Array.isArray(parts)) return [];
  return (parts as readonly Json[]).flatMap((part) => verdictFromJson(part) ?? []);
}

function verdictFromJson(json: Json): TriggerVerdict | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const { trigger, verdict, score, threshold, n, interval, p_value, reason, evidence } = json as JsonObject;
  if (typeof trigger !== 'string' || typeof verdict !== 'string') return undefined;
  return {
    trigger,
    verdict: verdict as TriggerVerdictKind,
    ...(typeof score === 'number' ? { score } : {}),
    ...(typeof threshold === 'number' ? { threshold } : {}),
    ...(typeof n === 'number' ? { n } : {}),
    ...(Array.isArray(interval) ? { interval: interval as unknown as readonly [number, number] } : {}),
    ...(typeof p_value === 'number' ? { pValue: p_value } : {}),
    reason: String(reason ?? ''),
    evidence: (evidence ?? {}) as JsonObject,
  };
}
