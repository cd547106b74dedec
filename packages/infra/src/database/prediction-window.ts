import type { PredictionWindow } from '@retrain/core';

/** A window as SQL over `predictions p` and `outcomes o`. */
export interface WindowSql {
  /** Which predictions. */
  readonly where: string;
  /** Which outcomes are known by then. */
  readonly known: string;
  /** `LIMIT n`, or nothing for an endless window. */
  readonly limit: string;
  readonly parameters: unknown[];
}

/** The prediction whose outcome a row of `predictions p` has: its own, or of a shadow answer its pair's. */
export const outcomeOwner = 'coalesce(p.pair_of, p.id)';

export function windowSql(window: PredictionWindow): WindowSql {
  const { model, version, arm = 'champion', afterSeq = 0, untilSeq, asOf, occurredAfter, limit } = window;
  const parameters: unknown[] = [];
  const given = (value: unknown) => `$${parameters.push(value)}`;
  const conditions = [`p.model = ${given(model)}`, `p.arm = ${given(arm)}`, `p.seq > ${given(afterSeq)}`];
  if (untilSeq !== undefined) conditions.push(`p.seq <= ${given(untilSeq)}`);
  if (version !== undefined) conditions.push(`p.version = ${given(version)}`);
  if (occurredAfter) conditions.push(`p.occurred_at > ${given(occurredAfter)}`);
  const until = asOf && given(asOf);
  if (until) conditions.push(`p.occurred_at <= ${until}`);
  return {
    where: conditions.join(' AND '),
    known: until ? `o.observed_at <= ${until}` : 'true',
    limit: Number.isFinite(limit) ? `LIMIT ${given(limit)}` : '',
    parameters,
  };
}
