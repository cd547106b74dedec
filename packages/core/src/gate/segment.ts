import { figure } from '../shared/words.js';
import { quantileOfSorted } from '../statistic/bootstrap.js';

/** Rows that have something in common. */
export interface Segment {
  readonly name: string;
  readonly rows: readonly number[];
}

/**
 * Cuts rows by the values of a feature: one segment for each value when there are at most `bins` of them (Infinity: always),
 * else at quantiles into at most `bins` spans that hold their lower end; values that are no finite numbers make a segment of
 * their own, the last one.
 */
export function segmentsOf(feature: string, values: Float32Array, bins: number): readonly Segment[] {
  const known = values.filter((value) => Number.isFinite(value)).sort();
  const distinct = [...new Set(known)];
  const byValue = distinct.length <= bins;
  const cuts = byValue ? distinct.slice(1) : quantileCuts(known, bins);
  const starts = known.length > 0 ? [known[0]!, ...cuts] : [];
  const groups = starts.map((): number[] => []);
  const missing: number[] = [];
  values.forEach((value, row) => {
    if (Number.isFinite(value)) groups[cuts.filter((cut) => cut <= value).length]!.push(row);
    else missing.push(row);
  });
  const named = groups.map((rows, index) => ({ name: nameOf(index), rows }));
  return [...named, ...(missing.length > 0 ? [{ name: `${feature} missing`, rows: missing }] : [])];

  function nameOf(index: number): string {
    const [from, until] = [starts[index]!, starts[index + 1]];
    if (byValue) return `${feature} = ${figure(from)}`;
    return until === undefined ? `${feature} >= ${figure(from)}` : `${feature} ${figure(from)} to ${figure(until)}`;
  }
}

/** Cuts rows that ascend by time (epoch milliseconds) into `bins` spans of equally many, named by their first and last day. */
export function spansOfTime(times: Float64Array, bins: number): readonly Segment[] {
  const used = Math.min(bins, times.length);
  return Array.from({ length: used }, (_, bin) => {
    const from = Math.floor((bin * times.length) / used);
    const to = Math.floor(((bin + 1) * times.length) / used);
    const rows = Array.from({ length: to - from }, (_, index) => from + index);
    return { name: `${dayOf(times[from]!)} to ${dayOf(times[to - 1]!)}`, rows };
  });
}

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/** Distinct cuts above the least value; ties make fewer of them. */
function quantileCuts(sorted: Float32Array, bins: number): number[] {
  const cuts: number[] = [];
  for (let bin = 1; bin < bins; bin++) {
    const cut = quantileOfSorted(sorted, bin / bins);
    if (cut > (cuts.at(-1) ?? sorted[0]!)) cuts.push(cut);
  }
  return cuts;
}
