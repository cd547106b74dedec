import type { Dataset } from './dataset.js';

/** The training data of a run in figures, as reports show it. */
export interface DataStats {
  readonly total_samples: number;
  /** Rows that only ever train: those before the first judged one. */
  readonly training_samples: number;
  /** Rows that candidate and champion are judged on. */
  readonly validation_samples: number;
  /** ISO 8601 instants of the first and last row; undefined without rows. */
  readonly date_range?: { readonly start: string; readonly end: string };
  /** Rows per class; empty for a regression. */
  readonly class_distribution: Readonly<Record<string, number>>;
}

/** Figures of a dataset of which the last `validationRows` rows are judged. */
export function dataStats(dataset: Dataset, validationRows: number): DataStats {
  const { rows, task, times, outcomes } = dataset;
  const distribution: Record<string, number> = {};
  if (task.kind === 'classification') {
    for (const name of task.classes) distribution[name] = 0;
    for (const outcome of outcomes) distribution[task.classes[outcome]!]! += 1;
  }
  return {
    total_samples: rows,
    training_samples: rows - validationRows,
    validation_samples: validationRows,
    ...(rows > 0 ? { date_range: { start: iso(times[0]!), end: iso(times[rows - 1]!) } } : {}),
    class_distribution: distribution,
  };
}

const iso = (time: number): string => new Date(time).toISOString();
