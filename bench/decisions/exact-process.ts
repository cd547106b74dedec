import { kolmogorovSmirnov, sortedCopy, wassersteinDistance } from '@retrain/core';
import { readFileSync } from 'node:fs';

// The same as exact_baseline.py, by core's own exact methods: `node exact-process.js <reference> <window> <features>`.
const [reference, window, width] = process.argv.slice(2) as [string, string, string];
const features = Number(width);
const start = performance.now();
const [before, now] = [rowsOf(reference), rowsOf(window)];
const ks: number[] = [];
for (let feature = 0; feature < features; feature++) {
  const [first, second] = [sortedCopy(columnOf(before, feature)), sortedCopy(columnOf(now, feature))];
  ks.push(kolmogorovSmirnov(first, second, true)!.statistic);
  wassersteinDistance(first, second, true);
}
const seconds = (performance.now() - start) / 1000;
const by = `exact methods of core, node ${process.version}`;
console.log(JSON.stringify({ by, seconds, peak_mb: process.resourceUsage().maxRSS / 1024, ks }));

function rowsOf(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function columnOf(rows: Float32Array, feature: number): Float64Array {
  return Float64Array.from({ length: rows.length / features }, (_, row) => rows[row * features + feature]!);
}
