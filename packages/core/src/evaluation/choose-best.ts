import { direction, type Metrics } from '../metric/metrics.js';
import type { Task } from '../model/task.js';

/** The figure that candidates of one run are chosen by: log loss for classes, root mean squared error for numbers. */
export function choosingMetric(task: Task): string {
  return task.kind === 'classification' ? 'log_loss' : 'rmse';
}

/** The best by the task's choosing metric; of equal ones the first. Undefined when nobody has the figure. */
export function chooseBest<T extends { readonly metrics: Metrics }>(task: Task, tried: readonly T[]): T | undefined {
  const metric = choosingMetric(task);
  const worth = ({ metrics }: T): number => {
    const value = metrics[metric];
    return value === undefined || Number.isNaN(value) ? -Infinity : value * direction(metric);
  };
  let best: T | undefined;
  for (const candidate of tried) {
    if (worth(candidate) > (best ? worth(best) : -Infinity)) best = candidate;
  }
  return best;
}
