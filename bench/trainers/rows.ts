import type { Dataset } from '@retrain/core';

/** Uniform numbers in [0, 1) by xorshift from a 32-bit seed. */
function uniform(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

/**
 * Rows whose classes follow from their features linearly, by waves of products and by steps, with noise; one value in
 * fifty is missing.
 */
export function madeRows(rows: number, width: number, classes: number, seed: number): Dataset {
  const random = uniform(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const slopes = Float64Array.from({ length: classes * width }, () => normal() * 0.3);
  const features = new Float32Array(rows * width);
  const outcomes = new Float64Array(rows);
  const line = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let feature = 0; feature < width; feature++) line[feature] = random() < 0.02 ? NaN : normal();
    features.set(line, row * width);
    const known = line.map((value) => (Number.isNaN(value) ? 0 : value));
    let most = -Infinity;
    for (let k = 0; k < classes; k++) {
      let score = Math.sin(2 * known[k]! * known[k + 1]!) + (known[k + 2]! > 0.5 ? 1 : 0);
      for (let feature = 0; feature < width; feature++) score += known[feature]! * slopes[k * width + feature]!;
      score -= Math.log(-Math.log(1 - random()));
      if (score > most) [most, outcomes[row]] = [score, k];
    }
  }
  return {
    task: { kind: 'classification', classes: Array.from({ length: classes }, (_, k) => `class_${k}`), ordered: false },
    schema: {
      features: Array.from({ length: width }, (_, index) => ({ name: `f${index}`, kind: 'numeric', drift: true })),
    },
    rows,
    features,
    outcomes,
    times: Float64Array.from({ length: rows }, (_, row) => row),
    keys: Array.from({ length: rows }, (_, row) => String(row)),
  };
}
