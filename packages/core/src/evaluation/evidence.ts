import type { Metrics } from '../metric/metrics.js';
import { invalid } from '../shared/errors.js';
import type { JsonObject } from '../shared/json.js';
import { pack, unpack } from '../shared/packed.js';
import type { ChampionAbsence, EvaluationBlock, PairedEvaluation } from './paired-evaluation.js';

/** Everything a candidate is judged by: the paired evaluation, and the trainer's own scores of its first rows. */
export interface Evidence {
  readonly evaluation: PairedEvaluation;
  readonly check: { readonly rows: number; readonly scores: Float64Array };
}

const FORMAT = 'retrain.evidence.1';

/** Bytes of the evidence; equal evidence gives equal bytes. */
export function encodeEvidence({ evaluation, check }: Evidence): Uint8Array {
  const { times, outcomes, candidateScores, championScores, benchmark, ...rest } = evaluation;
  const arrays = { times, outcomes, candidateScores, check: check.scores };
  return pack({
    header: JSON.parse(JSON.stringify({ ...rest, checkRows: check.rows, format: FORMAT })) as JsonObject,
    arrays: { ...arrays, ...(championScores && { championScores }), ...(benchmark && { benchmark }) },
  });
}

/** The inverse of `encodeEvidence`. Throws `invalid_packed` for other or broken bytes. */
export function decodeEvidence(bytes: Uint8Array): Evidence {
  const { header, arrays } = unpack(bytes);
  const column = (name: string): Float64Array => {
    const values = arrays[name];
    if (header.format === FORMAT && values instanceof Float64Array) return values;
    throw invalid('invalid_packed', `These bytes are not the evidence of an evaluation: no column "${name}".`);
  };
  const { checkRows, ...facts } = header as unknown as Facts;
  return {
    evaluation: {
      rows: facts.rows,
      keys: facts.keys,
      championAbsence: facts.championAbsence,
      candidate: facts.candidate,
      champion: facts.champion,
      championRowsAsIs: facts.championRowsAsIs,
      blocks: facts.blocks,
      times: column('times'),
      outcomes: column('outcomes'),
      candidateScores: column('candidateScores'),
      ...(arrays['championScores'] ? { championScores: column('championScores') } : {}),
      ...(arrays['benchmark'] ? { benchmark: column('benchmark') } : {}),
    },
    check: { rows: checkRows, scores: column('check') },
  };
}

interface Facts {
  readonly rows: number;
  readonly keys: readonly string[];
  readonly championAbsence?: ChampionAbsence;
  readonly candidate: Metrics;
  readonly champion?: Metrics;
  readonly championRowsAsIs: number;
  readonly blocks: readonly EvaluationBlock[];
  readonly checkRows: number;
}
