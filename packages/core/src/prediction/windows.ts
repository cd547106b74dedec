import type { AnsweredPrediction } from './prediction.js';

const DAY_MS = 86_400_000;

/** Answers about events in [from, until). */
export interface Period {
  readonly from: Date;
  readonly until: Date;
  readonly items: readonly AnsweredPrediction[];
}

/**
 * Splits answers by the time of the predicted event into periods of whole UTC days, ascending.
 *
 * Periods are counted from 1970-01-05, a Monday, so that the same answers always fall into the same period and seven
 * days are a calendar week. Empty periods are left out.
 */
export function periodsOf(answered: readonly AnsweredPrediction[], days: number): readonly Period[] {
  const length = days * DAY_MS;
  const monday = 4 * DAY_MS;
  const periods = new Map<number, AnsweredPrediction[]>();
  for (const item of answered) {
    const index = Math.floor((item.prediction.occurredAt.getTime() - monday) / length);
    const period = periods.get(index);
    if (period) period.push(item);
    else periods.set(index, [item]);
  }
  return [...periods]
    .sort(([a], [b]) => a - b)
    .map(([index, items]) => {
      const from = monday + index * length;
      return { from: new Date(from), until: new Date(from + length), items };
    });
}
