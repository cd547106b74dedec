import type { Dataset } from '../dataset/dataset.js';
import type { Scorer } from '../serving/scorer.port.js';

const warmUps = 5;
const samples = 200;
/** A slow model is known to be slow after so long. */
const longestMs = 2000;

/** Milliseconds that each of up to 200 answers took, one row at a time as when serving; the first ones, which warm up, are not counted. */
export async function timeAnswers(scorer: Scorer, { features, rows, schema }: Dataset): Promise<readonly number[]> {
  const width = schema.features.length;
  const times: number[] = [];
  const began = performance.now();
  for (let turn = 0; rows > 0 && turn < warmUps + samples; turn++) {
    const row = turn % rows;
    const asked = performance.now();
    await scorer.score(features.subarray(row * width, (row + 1) * width), 1);
    const answered = performance.now();
    if (turn >= warmUps) times.push(answered - asked);
    if (answered - began > longestMs && times.length >= warmUps) break;
  }
  return times;
}
