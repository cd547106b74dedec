import type { Circuit } from './circuit.js';

/** The rows of the circuit breakers: one per model that had something to say. */
export abstract class Circuits {
  abstract find(model: string): Promise<Circuit | undefined>;
  /** Those that are not closed, by model. */
  abstract open(): Promise<readonly Circuit[]>;
  /** Compare-and-set: false when the row has moved on from `circuit.revision` (0: there was none). */
  abstract save(circuit: Circuit): Promise<boolean>;
}
