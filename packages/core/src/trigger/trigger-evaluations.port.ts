import type { Page, PageRequest } from '../shared/page.js';
import type { TriggerEvaluation } from './trigger-evaluation.js';

/** Checks of a model on one clock. */
export interface ChecksOf {
  readonly model: string;
  readonly simulated: boolean;
  /** No later than this. */
  readonly asOf: Date;
}

/** The stored checks. */
export abstract class TriggerEvaluations {
  abstract insert(evaluation: TriggerEvaluation): Promise<void>;
  abstract latest(model: string): Promise<TriggerEvaluation | undefined>;
  /** The last of them by the day they were made for. */
  abstract lastOf(checks: ChecksOf): Promise<TriggerEvaluation | undefined>;
  /** Newest first; only those where a trigger fired when `firedOnly`. */
  abstract list(model: string, page: PageRequest, firedOnly: boolean): Promise<Page<TriggerEvaluation>>;
  abstract countFired(model: string): Promise<number>;
}
