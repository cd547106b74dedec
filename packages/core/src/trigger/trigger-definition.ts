import type { RetrainingConfig } from '../config/retraining-config.js';
import type { DriftBlock, DriftWatch } from '../drift/drift-watch.js';
import type { FeatureProfile } from '../drift/feature-profile.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { ModelVersion } from '../model/model-version.js';
import type { UseOption } from '../plugin/use-option.js';
import type { Coverage, PredictionWindow } from '../prediction/predictions.port.js';
import type { MaturedPrediction } from '../prediction/prediction.js';
import type { Json, JsonObject } from '../shared/json.js';

/** What a trigger says. Not enough data is neither healthy nor degraded. */
export type TriggerVerdictKind = 'fired' | 'clear' | 'insufficient_data' | 'error';

/** A trigger's judgement with its evidence. */
export interface TriggerVerdict {
  readonly trigger: string;
  readonly verdict: TriggerVerdictKind;
  /** What was measured, in the threshold's unit. */
  readonly score?: number;
  readonly threshold?: number;
  /** Rows the score rests on. */
  readonly n?: number;
  readonly interval?: readonly [number, number];
  readonly pValue?: number;
  /** One sentence for people. */
  readonly reason: string;
  readonly evidence: JsonObject;
}

/** What an earlier check said. */
export interface PreviousCheck {
  readonly asOf: Date;
  readonly verdicts: readonly TriggerVerdict[];
}

/** What a trigger may look at. Readers are lazy: what nobody asks for is never read. */
export interface TriggerContext {
  readonly model: string;
  readonly definition: Pick<ModelDefinition, 'name' | 'task' | 'schema'>;
  /** The instant the check is made for; rows of later events do not exist for it. */
  readonly asOf: Date;
  readonly config: RetrainingConfig;
  readonly champion?: ModelVersion;
  /** Days since the champion took over, on the check's clock like all days here. */
  readonly championAgeDays?: number;
  /** Days since a run last judged a candidate; a rejected one has confirmed the champion. */
  readonly daysSinceLastJudgement?: number;
  /** Days since the last run was requested, whatever became of it. */
  readonly daysSinceLastRetraining?: number;
  /** Recorded answers since the last run was requested that neither failed nor was cancelled. */
  readonly predictionsSinceRetraining: number;
  /** Matured answers of the champion since it took over, ascending, with their benchmarks where records carry one. */
  matured(limit?: number): Promise<readonly MaturedPrediction[]>;
  coverage(): Promise<Coverage>;
  /** The champion's frozen reference profile; undefined when it has none. */
  referenceProfile(): FeatureProfile | undefined;
  /** The features that the champion has answered since a run last judged a candidate; undefined without a reference. */
  driftWatch(): Promise<DriftWatch | undefined>;
  /** Raw rows of the champion's reference, row-major float32; undefined when none were kept. */
  referenceSample(): Promise<Float32Array | undefined>;
  /** The newest raw rows of a block of the watch, as many as a reference sample has at most. */
  blockRows(block: DriftBlock): Promise<Float32Array>;
  /** Answers up to this seq were recorded before the last run was requested that neither failed nor was cancelled; 0 without one. */
  readonly retrainedSeq: number;
  /** The check before this one of the same champion on the same clock; none before the run that `retrainedSeq` tells of. */
  previousCheck(): Promise<PreviousCheck | undefined>;
  /** What another trigger says of the same evidence; one that throws, or that nobody registered, says `error`. */
  judge(trigger: UseOption): Promise<TriggerVerdict>;
  /** For what the readers above do not cover. */
  window(overrides: Partial<PredictionWindow>): PredictionWindow;
}

/** A reason to retrain, registered by name and used from the configuration as `{use, with}`. */
export interface TriggerDefinition<O extends JsonObject = JsonObject> {
  readonly name: string;
  readonly description: string;
  /** Checks and completes `with:`; throws a DomainError whose issues carry paths relative to `with`. */
  parseOptions(raw: Readonly<Record<string, Json>>): O;
  /** Names of the options that hold other triggers (one, or a list): these are checked too wherever options are. */
  readonly nested?: readonly string[];
  evaluate(
    context: TriggerContext,
    options: O,
  ): Promise<Omit<TriggerVerdict, 'trigger'>> | Omit<TriggerVerdict, 'trigger'>;
}

/** Declares a trigger. */
export function defineTrigger<O extends JsonObject>(definition: TriggerDefinition<O>): TriggerDefinition<O> {
  return definition;
}

/** The verdict "too little is known to judge", which is neither healthy nor degraded. */
export function insufficientData(
  reason: string,
  facts: Partial<Omit<TriggerVerdict, 'trigger' | 'verdict' | 'reason'>> = {},
): Omit<TriggerVerdict, 'trigger'> {
  return { verdict: 'insufficient_data', evidence: {}, ...facts, reason };
}
