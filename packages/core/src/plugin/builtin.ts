import { calibration } from '../gate/calibration.js';
import { improvement } from '../gate/improvement.js';
import { latency } from '../gate/latency.js';
import { minimumScore } from '../gate/minimum-score.js';
import { parity } from '../gate/parity.js';
import { schema } from '../gate/schema.js';
import { segments } from '../gate/segments.js';
import { timeBased } from '../trigger/age.js';
import { allOf, anyOf, kOfN } from '../trigger/combine.js';
import { dataDrift } from '../trigger/drift.js';
import { inARow } from '../trigger/in-a-row.js';
import { performanceDegradation } from '../trigger/performance.js';
import { stalenessCost } from '../trigger/staleness-cost.js';
import { dataVolume } from '../trigger/volume.js';
import type { Plugin } from './plugin.js';

/** The triggers and gates that come with retrain; they enter by the same door as everybody's. */
export const builtinPlugin: Plugin = {
  name: 'builtin',
  triggers: [
    ...[performanceDegradation, dataDrift, timeBased, dataVolume],
    ...[anyOf, allOf, kOfN, inARow, stalenessCost],
  ],
  gates: [minimumScore, improvement, parity, calibration, latency, segments, schema],
};
