/** Below so many numbers the built-in sort is as fast. */
const fewest = 2000;
const digits = 65_536;

/**
 * The finite numbers in ascending order, as a new array: a radix sort of four passes over 16 bits each, in time
 * proportional to their number (Knuth, The Art of Computer Programming 3, 5.2.5).
 */
export function sortedCopy(values: Float64Array): Float64Array {
  if (values.length < fewest) return values.slice().sort();
  const words = new Uint32Array(values.slice().buffer);
  flip(words, false);
  let from: Uint32Array = words;
  let to: Uint32Array = new Uint32Array(words.length);
  for (let pass = 0; pass < 4; pass++) {
    if (!passOver(from, to, pass >> 1, (pass & 1) * 16)) continue;
    [from, to] = [to, from];
  }
  flip(from, true);
  return new Float64Array(from.buffer);
}

/**
 * Makes the bits of doubles ascend as their values do, or undoes it: negative numbers are inverted, others get the sign bit.
 * The words lie in little-endian order, as on every machine that Node runs on.
 */
function flip(words: Uint32Array, back: boolean): void {
  for (let at = 0; at < words.length; at += 2) {
    const high = words[at + 1]!;
    const negative = high >>> 31 === (back ? 0 : 1);
    if (negative) words[at] = ~words[at]!;
    words[at + 1] = negative ? ~high : high ^ 0x80000000;
  }
}

/** Orders pairs of words by 16 bits of one of them; false, doing nothing, when these are all equal. */
function passOver(from: Uint32Array, to: Uint32Array, word: number, shift: number): boolean {
  const places = new Uint32Array(digits);
  for (let at = word; at < from.length; at += 2) places[(from[at]! >>> shift) & 0xffff]!++;
  if (places[(from[word]! >>> shift) & 0xffff] === from.length / 2) return false;
  let sum = 0;
  for (let digit = 0; digit < digits; digit++) {
    const count = places[digit]!;
    places[digit] = sum;
    sum += count;
  }
  for (let at = 0; at < from.length; at += 2) {
    const place = 2 * places[(from[at + word]! >>> shift) & 0xffff]!++;
    to[place] = from[at]!;
    to[place + 1] = from[at + 1]!;
  }
  return true;
}
