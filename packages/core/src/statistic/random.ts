const { imul } = Math;

/** A source of uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * A seeded generator: xoshiro128** 1.1 (Blackman & Vigna, public domain), its state filled by splitmix32.
 *
 * The same seed gives the same numbers on every machine; 2^128 − 1 numbers before it repeats.
 */
export function seededRandom(seed: number): Random {
  let mixed = seed | 0;
  const next = () => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let z = mixed;
    z = imul(z ^ (z >>> 16), 0x21f0aaad);
    z = imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  // Typed, so that 32-bit states stay unboxed in the hot loops that draw from this.
  const state = Int32Array.of(next(), next(), next(), next());
  return () => {
    const second = state[1]!;
    const scrambled = imul(rotate(imul(second, 5), 7), 9) >>> 0;
    const third = state[2]! ^ state[0]!;
    const fourth = state[3]! ^ second;
    state[1] = second ^ third;
    state[0] = state[0]! ^ fourth;
    state[2] = third ^ (second << 9);
    state[3] = rotate(fourth, 11);
    return scrambled / 0x100000000;
  };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
