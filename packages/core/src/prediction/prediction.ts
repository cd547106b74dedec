import type { JsonObject } from '../shared/json.js';
import type { OutcomeValue } from '../model/task.js';

/** Which part of a rollout answered. */
export type Arm = 'champion' | 'challenger' | 'shadow';

/** One recorded answer of a model. */
export interface Prediction {
  readonly id: string;
  /** Grows with every recorded prediction of the installation: the watermark of windows. */
  readonly seq: number;
  readonly model: string;
  readonly version: number;
  readonly arm: Arm;
  /** Key of the record that will tell the outcome; several predictions may share it. */
  readonly key?: string;
  readonly input: JsonObject;
  /** In schema order; null = missing. */
  readonly features: readonly (number | null)[];
  /** Probabilities in class order, or the one predicted value. */
  readonly scores: readonly number[];
  /** When the predicted event happens (simulated in a replay). */
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  /** How the caller was assigned, of an answer given during a rollout. */
  readonly split?: Split;
  /** The answered prediction that this shadow answer stands beside: its outcome is this one's too. */
  readonly pairOf?: string;
}

/** How a rollout assigned a caller. */
export interface Split {
  readonly rolloutId: string;
  /** Share 0..1 that was meant for the challenger. */
  readonly share: number;
  /** Who was to answer; the champion has answered instead when the challenger failed. */
  readonly assigned: 'champion' | 'challenger';
}

/** An answer of a rollout and its counterpart by the other version, with the outcome of both. */
export interface MaturedPair {
  readonly key?: string;
  readonly occurredAt: Date;
  readonly outcome: OutcomeValue;
  readonly observedAt: Date;
  /** When the outcome, as it stands, became known to us. */
  readonly recordedAt: Date;
  /** Scores of each version. */
  readonly champion: readonly number[];
  readonly challenger: readonly number[];
}

export type NewPrediction = Omit<Prediction, 'seq' | 'recordedAt'>;

/** The observed outcome of a prediction. */
export interface Outcome {
  readonly predictionId: string;
  readonly model: string;
  readonly outcome: OutcomeValue;
  readonly observedAt: Date;
  readonly recordedAt: Date;
  /** 1 when first recorded, +1 with each correction. */
  readonly revision: number;
}

export interface NewOutcome {
  readonly predictionId: string;
  readonly model: string;
  readonly outcome: OutcomeValue;
  readonly observedAt: Date;
}

/** What recording one outcome did. */
export type OutcomeEffect = 'recorded' | 'unchanged' | 'corrected';

/** A prediction as those read it who judge many: what was answered, without what was asked and why so. */
export type GivenAnswer = Omit<Prediction, 'input' | 'features' | 'split' | 'pairOf'>;

/** The same for those who ask another version what it would have answered. */
export type FeaturedAnswer = GivenAnswer & Pick<Prediction, 'features'>;

/** A prediction with its outcome, if that is known. */
export interface AnsweredPrediction {
  readonly prediction: GivenAnswer;
  readonly outcome?: OutcomeValue;
  readonly observedAt?: Date;
}

/** A prediction together with its outcome. */
export interface MaturedPrediction<A extends GivenAnswer = GivenAnswer> {
  readonly prediction: A;
  readonly outcome: OutcomeValue;
  readonly observedAt: Date;
  /** Probabilities of the model's outside benchmark, in class order: only where a reader has looked for it and found one. */
  readonly benchmark?: readonly number[];
}
