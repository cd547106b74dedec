/** Picture of one numeric feature: counts in bins frozen on the reference, and moments. */
export interface NumericProfile {
  readonly kind: 'numeric';
  readonly name: string;
  /**
   * Inner bin edges, strictly ascending; bins are (-inf, e0), [e0, e1) … [ek, inf). Empty for a column without finite
   * values; a constant c has the bins below c, c itself, above c.
   */
  readonly edges: readonly number[];
  /** edges.length + 1 counts of finite values. */
  readonly counts: readonly number[];
  readonly missing: number;
  /** +-Infinity, never counted as values. */
  readonly notFinite: number;
  /** Of the finite values. */
  readonly count: number;
  /** Mean, sum of squared deviations from it, least and greatest of the finite values; 0 when there are none. */
  readonly mean: number;
  readonly m2: number;
  readonly min: number;
  readonly max: number;
}

/** Picture of one categorical feature. */
export interface CategoricalProfile {
  readonly kind: 'categorical';
  readonly name: string;
  /** Category codes as the model sees them, with their counts; frozen on the reference (its most frequent ones). */
  readonly categories: readonly { readonly value: number; readonly count: number }[];
  /** Values that are not among the frozen categories. */
  readonly unseen: number;
  /** NaN and +-Infinity. */
  readonly missing: number;
}

export type ColumnProfile = NumericProfile | CategoricalProfile;

/** Picture of all features of some rows; profiles on the same bins can be merged. */
export interface FeatureProfile {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}
