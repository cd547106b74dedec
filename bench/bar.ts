/** What a figure has to be. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly must: 'at most' | 'at least';
  readonly limit: number;
}

/** A part of the bench: what was assumed, what came out, and the figures that a bar is set for. */
export interface Part {
  readonly name: string;
  readonly assumptions: Readonly<Record<string, unknown>>;
  readonly figures: Readonly<Record<string, unknown>>;
  readonly bars: readonly Bar[];
  /** Everything that was found, for the file of results only. */
  readonly details?: readonly unknown[];
}

export function isMet({ value, must, limit }: Bar): boolean {
  return must === 'at most' ? value <= limit : value >= limit;
}

/** Runs a piece of work and tells how many seconds it took. */
export async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
}
