import type { PredictionWindow } from '@retrain/core';

/** A window as SQL over `predictions p` and `outcomes o`. */
export interface WindowSql {
  /** Which predictions. */
  readonly where: string;
  /** Which outcomes are known by then. */
  readonly known: string;
  /**
   * Which outcomes are the model's. It says nothing new, since an outcome has its prediction's model, but where the
   * predictions have been picked already it keeps the planner from reading the outcomes of all models.
   */
  readonly sameModel: string;
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
  const own = given(model);
  const conditions = [`p.model = ${own}`, `p.arm = ${given(arm)}`, `p.seq > ${given(afterSeq)}`];
  if (untilSeq !== undefined) conditions.push(`p.seq <= ${given(untilSeq)}`);
  if (version !== undefined) conditions.push(`p.version = ${given(version)}`);
  if (occurredAfter) conditions.push(`p.occurred_at > ${given(occurredAfter)}`);
  const until = asOf && given(asOf);
  if (until) conditions.push(`p.occurred_at <= ${until}`);
  return {
    where: conditions.join(' AND '),
    known: until ? `o.observed_at <= ${until}` : 'true',
    sameModel: `o.model = ${own}`,
    limit: Number.isFinite(limit) ? `LIMIT ${given(limit)}` : '',
    parameters,
  };
}
