/** What a model predicts. */
export type Task = ClassificationTask | RegressionTask;

export interface ClassificationTask {
  readonly kind: 'classification';
  /** Class names in the order of the probability columns; at least two, ordered where the classes have an order. */
  readonly classes: readonly string[];
  /** Whether the order of the classes means something (ranked probability score is only defined then). */
  readonly ordered: boolean;
}

export interface RegressionTask {
  readonly kind: 'regression';
}

/** An observed outcome: a class name for a classification, a finite number for a regression. */
export type OutcomeValue = string | number;
