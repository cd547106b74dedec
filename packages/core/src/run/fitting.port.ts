import type { Dataset } from '../dataset/dataset.js';
import type { FittedModel, Recipe } from './trainer-definition.js';

export interface FittingJob {
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  readonly seed: number;
  readonly lineage: Readonly<Record<string, string>>;
  /** ONNX file of the model that answers now, for trainers that can begin from it (`FitRequest.initial`). */
  readonly initial?: Uint8Array;
  readonly limits: FittingLimits;
  readonly signal: AbortSignal;
  onProgress?(fraction: number): void;
}

export interface FittingLimits {
  /** Memory of the fitting process in megabytes; a fit that needs more fails alone. */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
}

/** Fits recipes away from the event loop (in a child process). */
export abstract class Fitting {
  /**
   * Rejects with a DomainError: `fitting_failed`, `fitting_timed_out`, `fitting_out_of_memory`,
   * `unknown_trainer`, `invalid_trainer_options`, `insufficient_data`; with the signal's reason when aborted.
   */
  abstract fit(job: FittingJob): Promise<FittedModel>;

  /** Versions of what fits here, by name, for the lineage of runs. */
  environment(): Readonly<Record<string, string>> {
    return {};
  }
}
