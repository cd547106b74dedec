import {
  closeChunk,
  dataDrift,
  foldRows,
  openWatch,
  profileOf,
  restartWatch,
  type DriftWatch,
  type FeatureProfile,
  type FeatureSchema,
  type TriggerContext,
  type TriggerVerdict,
} from '@retrain/core';

const HOUR_MS = 3_600_000;
/** Default of `min_new_predictions`. */
const MIN_ROWS = 100;

export function schemaOf(features: number): FeatureSchema {
  return {
    features: Array.from({ length: features }, (_, index) => ({ name: `x${index}`, kind: 'numeric', drift: true })),
  };
}

/** A champion whose answers are checked by the product's own `data_drift` trigger with its default options. */
export class MonitoredModel {
  private readonly reference: FeatureProfile;
  private watch: DriftWatch;
  private runs = 0;

  constructor(
    private readonly schema: FeatureSchema,
    referenceRows: Float32Array,
    private readonly driftThreshold: number,
  ) {
    this.reference = profileOf(schema, referenceRows);
    const key = { model: 'bench', version: 1, simulated: false };
    this.watch = openWatch(key, { seq: 0, at: new Date(0) }, this.reference);
  }

  answered(rows: Float32Array): void {
    this.watch = foldRows(this.watch, rows);
  }

  /** The verdict of a check so many hours after the champion took over. */
  async check(hour: number): Promise<Omit<TriggerVerdict, 'trigger'>> {
    const at = new Date(hour * HOUR_MS);
    this.watch = closeChunk(this.watch, at, MIN_ROWS);
    const context = {
      model: 'bench',
      definition: { name: 'bench', task: { kind: 'regression' }, schema: this.schema },
      asOf: at,
      config: { drift_threshold: this.driftThreshold, min_new_predictions: MIN_ROWS },
      champion: {},
      referenceProfile: () => this.reference,
      driftWatch: () => Promise.resolve(this.watch),
    } as unknown as TriggerContext;
    return dataDrift.evaluate(context, dataDrift.parseOptions({}));
  }

  /** A run has judged a candidate and the champion stays. */
  judged(hour: number): void {
    const at = new Date(hour * HOUR_MS);
    this.watch = restartWatch(this.watch, { runId: `run-${++this.runs}`, at }, at);
  }
}
