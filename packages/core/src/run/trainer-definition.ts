import type { Dataset } from '../dataset/dataset.js';
import type { Json, JsonObject } from '../shared/json.js';

/** How to fit: which trainer with which options. Written in the configuration as `{use, with}`. */
export interface Recipe {
  /** Name of a registered trainer. */
  readonly use: string;
  /** The trainer's own options. */
  readonly with: JsonObject;
}

/** What a trainer is given. Everything it needs is here: no clock, no randomness of its own. */
export interface FitRequest {
  readonly dataset: Dataset;
  /** The trainer's options, already checked by `parseOptions`. */
  readonly options: JsonObject;
  /** Seed of every random choice: the same request gives the same bytes. */
  readonly seed: number;
  /** Written into the artifact's metadata (run, parent, data hash, code version …). Values must be deterministic. */
  readonly lineage: Readonly<Record<string, string>>;
  /**
   * ONNX file of the model that answers now. A trainer whose options ask for a warm start may begin from it, when the file
   * is one of its own on the same features; otherwise it begins cold and its diagnostics say why.
   */
  readonly initial?: Uint8Array;
  /** Aborts between steps. */
  readonly signal: AbortSignal;
  /** 0..1, called now and then. */
  onProgress(fraction: number): void;
}

/** A fitted model. */
export interface FittedModel {
  /** The ONNX file: features in, probabilities (or values) out. Equal for equal requests. */
  readonly artifact: Uint8Array;
  /** The trainer's own scores of the first rows of its dataset, rows x outputs, row-major: what parity is judged by. */
  readonly check: { readonly rows: number; readonly scores: Float64Array };
  /** What the fit says of itself (iterations, objective, converged). Shown, never trusted. */
  readonly diagnostics: JsonObject;
}

/** A way to fit models, registered by name and used from the configuration. */
export interface TrainerDefinition {
  readonly name: string;
  readonly description: string;
  readonly tasks: readonly ('classification' | 'regression')[];
  /** Whether its options name programs to run: such recipes may stand in the configuration file alone. */
  readonly runsPrograms?: boolean;
  /**
   * A fit depends on nothing but its request and leaves nothing behind: no globals or caches changed, no timer, handle or
   * program. Its process may then serve other fits; without this each has one of its own.
   */
  readonly stateless?: boolean;
  /**
   * Names the state of the trainer's code: change it whenever equal requests give other bytes than before. Runs take over
   * each other's fits only of trainers that have one.
   */
  readonly version?: string;
  /** Checks and completes `with:`; throws a DomainError whose issues carry paths relative to `with`. */
  parseOptions(raw: Readonly<Record<string, Json>>): JsonObject;
  fit(request: FitRequest): Promise<FittedModel>;
}

/** Declares a trainer. */
export function defineTrainer<T extends TrainerDefinition>(definition: T): T {
  return definition;
}
