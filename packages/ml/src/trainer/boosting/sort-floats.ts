/** Bits of a number that one pass orders by; three passes see all 32. */
const DIGIT = 11;
const DIGITS = 2 ** DIGIT;

/**
 * Sorts float32 numbers in ascending order in place and answers them; none may be NaN.
 *
 * A radix sort on their bits, which order like the numbers once the sign is turned (and everything else of a negative one):
 * several times as fast as `Float32Array.sort`, with the same result.
 */
export function sortFloats(numbers: Float32Array): Float32Array {
  let from: Uint32Array = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  let to: Uint32Array = new Uint32Array(numbers.length);
  for (let index = 0; index < from.length; index++) {
    const bits = from[index]!;
    from[index] = bits >>> 31 ? ~bits : bits | 0x80000000;
  }
  const starts = new Uint32Array(DIGITS);
  for (let shift = 0; shift < 32; shift += DIGIT) {
    countStarts(from, shift, starts);
    for (let index = 0; index < from.length; index++) {
      const key = from[index]!;
      to[starts[(key >>> shift) & (DIGITS - 1)]!++] = key;
    }
    [from, to] = [to, from];
  }
  // After an odd number of passes the keys are in the room that was made for them.
  for (let index = 0; index < from.length; index++) {
    const key = from[index]!;
    to[index] = key >>> 31 ? key & 0x7fffffff : ~key;
  }
  return numbers;
}

/** Writes how many keys have a smaller digit than each. */
function countStarts(keys: Uint32Array, shift: number, starts: Uint32Array): void {
  starts.fill(0);
  for (let index = 0; index < keys.length; index++) starts[(keys[index]! >>> shift) & (DIGITS - 1)]!++;
  let sum = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = starts[digit]!;
    starts[digit] = sum;
    sum += count;
  }
}
