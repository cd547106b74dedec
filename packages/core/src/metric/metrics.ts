/**
 * Named figures of a model on some rows.
 *
 * Classification: `accuracy`, `log_loss` (natural log), `brier` (sum over classes), `rps` (ordered classes, halved for
 * three), `ece`, `macro_f1`. Regression: `mae`, `rmse`, `r2`. A figure that is undefined on the rows is left out.
 */
export type Metrics = Readonly<Record<string, number>>;

/** Metrics where more is better; of all others less is better. */
const higherIsBetter: ReadonlySet<string> = new Set(['accuracy', 'macro_f1', 'r2']);

/** +1 where more of the metric is better, -1 where less is. */
export function direction(metric: string): 1 | -1 {
  return higherIsBetter.has(metric) ? 1 : -1;
}
