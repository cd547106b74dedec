import { metricsOf, type ClassificationTask } from '@retrain/core';

/** One scored answer. */
export interface Scored {
  readonly at: Date;
  readonly probabilities: readonly number[];
  /** Index of what happened. */
  readonly outcome: number;
}

export interface Figures {
  readonly predictions: number;
  readonly accuracy: number;
  readonly log_loss: number;
}

/** Accuracy and log loss of the answers that were served. */
export function figuresOf(task: ClassificationTask, scored: readonly Scored[]): Figures {
  const scores = scored.flatMap(({ probabilities }) => probabilities);
  const outcomes = scored.map(({ outcome }) => outcome);
  const { accuracy = 0, log_loss = 0 } = metricsOf(task, scores, outcomes);
  return { predictions: scored.length, accuracy, log_loss };
}

/** `2016-17`; a season runs from August to July. */
export function seasonOf(at: Date): string {
  const start = at.getUTCFullYear() - (at.getUTCMonth() < 7 ? 1 : 0);
  return `${start}-${String((start + 1) % 100).padStart(2, '0')}`;
}

/** Figures by season. */
export function figuresBySeason(
  task: ClassificationTask,
  scored: readonly Scored[],
): readonly (Figures & { readonly season: string })[] {
  const seasons = new Map<string, Scored[]>();
  for (const one of scored) {
    const season = seasonOf(one.at);
    const list = seasons.get(season) ?? [];
    list.push(one);
    seasons.set(season, list);
  }
  return [...seasons].map(([season, list]) => ({ season, ...figuresOf(task, list) }));
}
