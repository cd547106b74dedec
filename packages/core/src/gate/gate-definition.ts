import type { RetrainingConfig } from '../config/retraining-config.js';
import type { PairedEvaluation } from '../evaluation/paired-evaluation.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { ModelVersion } from '../model/model-version.js';
import type { Json, JsonObject } from '../shared/json.js';

/** A gate's judgement of a candidate. Gates fail closed: what cannot be judged is not accepted. */
export interface GateVerdict {
  readonly gate: string;
  readonly accepted: boolean;
  /** Machine-readable reason, for example `below_minimum`, `champion_unreadable`, `too_few_rows`. */
  readonly code: string;
  readonly score?: number;
  readonly threshold?: number;
  readonly n?: number;
  readonly interval?: readonly [number, number];
  readonly pValue?: number;
  /** One sentence for people. */
  readonly reason: string;
  readonly evidence: JsonObject;
}

/** What parity is judged by: the stored artifact's scores beside the trainer's own, row-major. */
export interface ParityCheck {
  readonly rows: number;
  readonly trainer: Float64Array;
  readonly artifact: Float32Array;
}

export interface GateContext {
  readonly model: string;
  readonly definition: Pick<ModelDefinition, 'name' | 'task' | 'schema'>;
  readonly config: RetrainingConfig;
  readonly candidate: ModelVersion;
  /** Undefined when the model has never had one. */
  readonly champion?: ModelVersion;
  /** Candidate and champion on the same rows, neither fitted on them. */
  readonly evaluation: PairedEvaluation;
  readonly parity: ParityCheck;
  /** Features of the evaluated rows, rows x features, row-major, NaN = missing; a gate that needs them refuses without. */
  readonly features?: Float32Array;
  /** Milliseconds that the stored artifact took for one row, time after time; a gate that needs them refuses without. */
  readonly timing?: readonly number[];
  readonly triggers: readonly string[];
  readonly seed: number;
}

/** A condition that a candidate must meet. */
export interface GateDefinition<O extends JsonObject = JsonObject> {
  readonly name: string;
  readonly description: string;
  /** Checks and completes `with:`; throws a DomainError whose issues carry paths relative to `with`. */
  parseOptions(raw: Readonly<Record<string, Json>>): O;
  evaluate(context: GateContext, options: O): Promise<Omit<GateVerdict, 'gate'>> | Omit<GateVerdict, 'gate'>;
}

/** Declares a gate. */
export function defineGate<O extends JsonObject>(definition: GateDefinition<O>): GateDefinition<O> {
  return definition;
}
