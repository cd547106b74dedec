import {
  buildExamples,
  mergeRecords,
  outputsOf,
  parseRecords,
  rowsBefore,
  slice,
  swappedFeatures,
  type Dataset,
  type JsonObject,
} from '@retrain/core';
import { FileRowReader, OnnxScorerLoader, softmaxRegression } from '@retrain/ml';
import { premierLeague } from '@retrain/premier-league';

/** What three versions said of the matches of one season, none of which any of them was fitted on. */
export interface Season {
  /** Year in which it began. */
  readonly year: number;
  readonly dataset: Dataset;
  /** Rows x classes: fitted on and asked with odds, without odds, and with odds but the two sides mixed up. */
  readonly withOdds: Float32Array;
  readonly without: Float32Array;
  readonly swapped: Float32Array;
}

/** Walks through the seasons: before each one every version is fitted on all that came before. */
export async function* walkSeasons(path: string, from: number, until: number): AsyncGenerator<Season> {
  const { rows } = await new FileRowReader().read(path);
  const { records } = mergeRecords(parseRecords(premierLeague, rows).records);
  const informed = buildExamples(premierLeague, records);
  // A league without bookmakers: neither requests nor past matches tell any odds.
  const uninformed = buildExamples(
    premierLeague,
    records.map((record) => ({ ...record, payload: withoutOdds(record.payload) })),
  );
  const confused = { ...informed, features: swappedFeatures(premierLeague, records, informed) };
  for (let year = from; year <= until; year++) {
    const [start, end] = [year, year + 1].map((y) => rowsBefore(informed, Date.UTC(y, 7, 1))) as [number, number];
    if (start === end) continue;
    const known = await fit(slice(informed, 0, start));
    yield {
      year,
      dataset: slice(informed, start, end),
      withOdds: await score(known, slice(informed, start, end)),
      without: await score(await fit(slice(uninformed, 0, start)), slice(uninformed, start, end)),
      swapped: await score(known, slice(confused, start, end)),
    };
  }
}

const withoutOdds = (payload: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(payload).filter(([field]) => !field.includes('odds')));

async function fit(dataset: Dataset): Promise<Uint8Array> {
  const { artifact } = await softmaxRegression.fit({
    dataset,
    options: softmaxRegression.parseOptions({}),
    seed: 1,
    lineage: {},
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  return artifact;
}

async function score(artifact: Uint8Array, { features, rows, schema, task }: Dataset): Promise<Float32Array> {
  const expectation = { inputs: schema.features.length, outputs: outputsOf(task), probabilities: true };
  const scorer = await new OnnxScorerLoader().load(artifact, expectation);
  const scores = await scorer.score(features, rows);
  await scorer.release();
  return Float32Array.from(scores);
}
