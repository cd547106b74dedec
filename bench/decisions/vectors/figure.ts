/** What our definitions say to a figure of a case: a value, or why there is none. */
export type Figure = { readonly value: unknown } | { readonly reason: string };

export type Figures = Readonly<Record<string, Figure>>;

export type Fields = Readonly<Record<string, unknown>>;

export const value = (given: unknown): Figure => ({ value: given });
export const reason = (why: string): Figure => ({ reason: why });

/** The finite numbers of a list; null and NaN are missing values, which no distance looks at. */
export function numbers(given: unknown): Float64Array {
  if (!Array.isArray(given)) throw new TypeError('The case holds no list of numbers where one is needed.');
  return Float64Array.from((given as unknown[]).filter((one): one is number => Number.isFinite(one)));
}

export const number = (given: unknown): number => Number(given ?? NaN);
