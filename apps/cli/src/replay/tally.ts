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
export function figuresOf(scored: readonly Scored[]): Figures {
  let right = 0;
  let loss = 0;
  for (const { probabilities, outcome } of scored) {
    const best = probabilities.indexOf(Math.max(...probabilities));
    if (best === outcome) right++;
    loss -= Math.log(Math.max(probabilities[outcome]!, Number.EPSILON));
  }
  const n = scored.length;
  return { predictions: n, accuracy: n ? right / n : 0, log_loss: n ? loss / n : 0 };
}

/** `2016-17`; a season runs from August to July. */
export function seasonOf(at: Date): string {
  const start = at.getUTCFullYear() - (at.getUTCMonth() < 7 ? 1 : 0);
  return `${start}-${String((start + 1) % 100).padStart(2, '0')}`;
}

/** Figures by season. */
export function figuresBySeason(scored: readonly Scored[]): readonly (Figures & { readonly season: string })[] {
  const seasons = new Map<string, Scored[]>();
  for (const one of scored) {
    const season = seasonOf(one.at);
    const list = seasons.get(season) ?? [];
    list.push(one);
    seasons.set(season, list);
  }
  return [...seasons].map(([season, list]) => ({ season, ...figuresOf(list) }));
}
