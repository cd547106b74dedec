/** Uniform numbers in [0, 1) from a 32-bit seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** `size` of the numbers 0 to `from` - 1 without repetition, ascending; every such choice is as likely (Knuth, algorithm S). */
export function chooseSome(from: number, size: number, random: () => number): Int32Array {
  const chosen = new Int32Array(Math.min(size, from));
  for (let index = 0, taken = 0; taken < chosen.length; index++) {
    if ((from - index) * random() < chosen.length - taken) chosen[taken++] = index;
  }
  return chosen;
}
