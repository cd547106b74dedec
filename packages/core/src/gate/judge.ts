import { messageOf } from '../shared/errors.js';
import type { JsonObject } from '../shared/json.js';
import { count } from '../shared/words.js';
import type { GateContext, GateDefinition, GateVerdict } from './gate-definition.js';
import { suspectLeak, type SuspectedLeak } from './leak-alarm.js';

/** A gate with its checked options. */
export interface ConfiguredGate {
  readonly definition: GateDefinition;
  readonly options: JsonObject;
}

/** What all gates together say of a candidate. */
export interface Judgement {
  /** Whether every gate accepts. */
  readonly accepted: boolean;
  /** Whether a person must decide even where deployment is automatic. */
  readonly hold: boolean;
  /** In the order of the configuration. */
  readonly verdicts: readonly GateVerdict[];
  readonly suspicion?: SuspectedLeak;
  /** One sentence for people. */
  readonly summary: string;
}

/** Runs every gate, also after one has refused; a gate that throws has not accepted (`gate_error`). */
export async function judge(context: GateContext, gates: readonly ConfiguredGate[]): Promise<Judgement> {
  const verdicts: GateVerdict[] = [];
  for (const gate of gates) verdicts.push(await verdictOf(context, gate));
  const suspicion = suspectLeak(context.definition.task, context.evaluation);
  const refusing = verdicts.filter(({ accepted }) => !accepted);
  return {
    accepted: refusing.length === 0,
    hold: suspicion !== undefined,
    verdicts,
    ...(suspicion ? { suspicion } : {}),
    summary: [summaryOf(verdicts.length, refusing), suspicion?.reason].filter(Boolean).join(' '),
  };
}

async function verdictOf(context: GateContext, { definition, options }: ConfiguredGate): Promise<GateVerdict> {
  try {
    return { gate: definition.name, ...(await definition.evaluate(context, options)) };
  } catch (error) {
    return {
      gate: definition.name,
      accepted: false,
      code: 'gate_error',
      reason: `The gate itself failed: ${messageOf(error)}`,
      evidence: {},
    };
  }
}

function summaryOf(gates: number, refusing: readonly GateVerdict[]): string {
  if (refusing.length === 0) return `Accepted by ${count(gates, 'gate')}.`;
  const reasons = refusing.map(({ gate, code, reason }) => `${gate} (${code}): ${reason}`);
  return `Refused by ${refusing.length} of ${count(gates, 'gate')}. ${reasons.join(' ')}`;
}
