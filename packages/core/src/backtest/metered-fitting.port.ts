import { Fitting } from '../run/fitting.port.js';

/** What fitting has cost so far. */
export interface FittingCost {
  readonly fits: number;
  /** Sum of the rows of all fits. */
  readonly rows: number;
  /** Of processor time. */
  readonly seconds: number;
}

/** Fitting that keeps account of itself. */
export abstract class MeteredFitting extends Fitting {
  /** A fit that was answered from memory costs what it cost the first time. */
  abstract spent(): FittingCost;
}

/** The cost from one reading of the meter to a later one. */
export function costBetween(before: FittingCost, after: FittingCost): FittingCost {
  return {
    fits: after.fits - before.fits,
    rows: after.rows - before.rows,
    seconds: after.seconds - before.seconds,
  };
}
