import { unprocessable, type Dataset } from '@retrain/core';

/** Outcomes of a classification, counted: every class happens at least once. */
export interface ClassCounts {
  readonly classes: readonly string[];
  /** Rows per class. */
  readonly counts: readonly number[];
}

/**
 * Checks the outcomes of a classification and counts them.
 *
 * @throws DomainError `unsupported_task`, `invalid_outcome` (no index of a class) or `insufficient_data` (a class without rows).
 */
export function countClasses(trainer: string, { task, outcomes, rows }: Dataset): ClassCounts {
  if (task.kind !== 'classification') {
    throw unprocessable('unsupported_task', `${trainer} predicts classes, not numbers; use a trainer for regressions.`);
  }
  const counts = task.classes.map(() => 0);
  for (let row = 0; row < rows; row++) {
    const index = outcomes[row]!;
    if (counts[index] === undefined) {
      throw unprocessable(
        'invalid_outcome',
        `Row ${row + 1} has outcome ${index}; classes are 0 to ${counts.length - 1}.`,
      );
    }
    counts[index]++;
  }
  const absent = task.classes.filter((_, index) => counts[index] === 0);
  if (absent.length > 0) {
    throw unprocessable(
      'insufficient_data',
      `None of the ${rows} training rows has the outcome ${absent.join(' or ')}; every class needs at least one. Add data.`,
    );
  }
  return { classes: task.classes, counts };
}

/**
 * Checks the outcomes of a regression.
 *
 * @throws DomainError `unsupported_task`, `invalid_outcome` (no finite number) or `insufficient_data` (fewer than two rows).
 */
export function checkValues(trainer: string, { task, outcomes, rows }: Dataset): void {
  if (task.kind !== 'regression') {
    throw unprocessable(
      'unsupported_task',
      `${trainer} predicts numbers, not classes; use a trainer for classifications.`,
    );
  }
  if (rows < 2) throw unprocessable('insufficient_data', `A regression needs at least two rows; given ${rows}.`);
  const bad = outcomes.findIndex((outcome) => !Number.isFinite(outcome));
  if (bad >= 0) {
    throw unprocessable(
      'invalid_outcome',
      `Row ${bad + 1} has outcome ${outcomes[bad]}; outcomes must be finite numbers.`,
    );
  }
}
