import type { GateContext, GateDefinition, GateVerdict } from '../gate/gate-definition.js';
import { metricsOf } from '../metric/evaluate.js';
import { schemaHash } from '../model/feature-schema.js';
import type { ModelVersion } from '../model/model-version.js';
import type { JsonObject } from '../shared/json.js';
import { aConfig, aModelVersion } from './builders.js';
import { coinModel } from './coin-model.js';

/** A judged row of the coin: what it looked like, P(heads) of candidate and champion, and what fell. */
export interface JudgedToss {
  readonly tilt: number;
  readonly candidate: number;
  readonly champion?: number;
  readonly heads: boolean;
}

/** What a gate sees of a candidate for the coin, version 2; version 1 is the champion when the rows have its answers. */
export function aGateContext(rows: readonly JudgedToss[], overrides: Partial<GateContext> = {}): GateContext {
  const { name, task, schema } = coinModel;
  const outcomes = Float64Array.from(rows, ({ heads }) => (heads ? 0 : 1));
  const scores = (p: (row: JudgedToss) => number) => Float64Array.from(rows.flatMap((row) => [p(row), 1 - p(row)]));
  const candidateScores = scores(({ candidate }) => candidate);
  const hasChampion = rows.some(({ champion }) => champion !== undefined);
  const championScores = hasChampion ? scores(({ champion }) => champion!) : undefined;
  return {
    model: 'coin',
    definition: { name, task, schema },
    config: aConfig(),
    candidate: aCoinVersion(2),
    ...(hasChampion ? { champion: aCoinVersion(1) } : {}),
    evaluation: {
      rows: rows.length,
      keys: rows.map((_, row) => `toss-${row}`),
      times: Float64Array.from(rows, (_, row) => row),
      outcomes,
      candidateScores,
      candidate: metricsOf(task, candidateScores, outcomes),
      ...(championScores
        ? { championScores, champion: metricsOf(task, championScores, outcomes) }
        : { championAbsence: { kind: 'none' as const } }),
      championRowsAsIs: rows.length,
      blocks: [],
    },
    parity: { rows: 1, trainer: Float64Array.of(0.5, 0.5), artifact: Float32Array.of(0.5, 0.5) },
    features: Float32Array.from(rows.flatMap(({ tilt }, row) => [tilt, row])),
    timing: [0.1, 0.2, 0.1, 0.3, 0.1],
    triggers: ['manual_trigger'],
    seed: 42,
    ...overrides,
  };
}

/** A version of the coin model, fitted on the features that it has or on others. */
export function aCoinVersion(version: number, hash = schemaHash(coinModel.schema)): ModelVersion {
  const made = aModelVersion();
  const lineage = { ...made.lineage, schemaHash: hash };
  return { ...made, lineage, id: `v${version}`, version, createdAt: new Date(0) };
}

/** A gate's verdict with options as a configuration gives them. */
export async function gateVerdict(
  gate: GateDefinition,
  context: GateContext,
  options: JsonObject = {},
): Promise<Omit<GateVerdict, 'gate'>> {
  return gate.evaluate(context, gate.parseOptions(options));
}
