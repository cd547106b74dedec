import type { Task } from '../model/task.js';
import type { NewPrediction, Split } from '../prediction/prediction.js';
import { Predictions } from '../prediction/predictions.port.js';
import type { RolloutArm } from '../rollout/rollout.js';
import { Clock } from '../shared/clock.port.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';
import { AnswerRows, type AnsweredRow } from './answer-rows.service.js';
import { ChampionHolder } from './champion-holder.service.js';
import { featurise, type Featurised, type Instance } from './featurise.js';
import { LiveState } from './live-state.service.js';
import { readBy, recordedFeatures, type LoadedVersion } from './loaded-version.js';
import { RolloutHolder, type Trial } from './rollout-holder.service.js';
import { ScoreCounterparts } from './score-counterparts.service.js';

/** A recorded answer. */
export interface ServedPrediction {
  readonly id: string;
  readonly model: string;
  readonly version: number;
  readonly arm: RolloutArm;
  readonly task: Task;
  readonly key?: string;
  readonly occurredAt: Date;
  readonly input: NewPrediction['input'];
  /** Names of the features that the version has read, in the order of their values. */
  readonly featureNames: readonly string[];
  readonly features: readonly (number | null)[];
  /** Probabilities in class order, or the one predicted value. */
  readonly scores: readonly number[];
  readonly warnings: readonly string[];
  /** How a rollout assigned the caller. */
  readonly split?: Split;
}

/**
 * Answers: features from the live state, scores from the champion or from the challenger of a rollout, recorded before it
 * is answered.
 *
 * All instances are validated first and every issue of every instance is told; then they are scored and stored in one
 * insert, or none is. During a rollout the version that did not answer scores them too, once the caller has the answer.
 */
@Service()
export class ServePredictionService {
  constructor(
    private readonly champions: ChampionHolder,
    private readonly rollouts: RolloutHolder,
    private readonly states: LiveState,
    private readonly answering: AnswerRows,
    private readonly counterparts: ScoreCounterparts,
    private readonly predictions: Predictions,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  async execute(model: string, instances: readonly Instance[]): Promise<readonly ServedPrediction[]> {
    return this.champions.use(model, async (champion) => {
      const rows = featurise(champion.definition, () => this.states.of(model), instances);
      const trial = this.rollouts.beside(champion);
      const now = this.clock.now();
      const asked = rows.map((row, index) => this.askedOf(champion, instances[index]!, row, now));
      const answered = await this.answering.execute(
        champion,
        trial,
        asked.map(({ id, key }, index) => ({ splitKey: key ?? id, values: rows[index]!.values })),
      );
      const answers = asked.map((one, index) => answerOf(champion, one, rows[index]!, answered[index]!));
      const predictions = answers.map(toPrediction);
      await this.predictions.insert(predictions);
      if (trial) this.offer(trial, predictions, answered, rows);
      return answers;
    });
  }

  private askedOf(
    { version: { model }, definition }: LoadedVersion,
    instance: Instance,
    row: Featurised,
    now: Date,
  ): Asked {
    return {
      id: this.ids.next(),
      model,
      task: definition.task,
      key: instance.key ?? row.input.key,
      occurredAt: instance.occurredAt ?? row.input.occurredAt ?? now,
      input: row.input.payload,
      warnings: row.warnings,
    };
  }

  private offer(
    { rollout }: Trial,
    predictions: readonly NewPrediction[],
    answered: readonly AnsweredRow[],
    rows: readonly Featurised[],
  ): void {
    const fallback = ({ arm, split }: AnsweredRow) => arm !== split?.assigned;
    this.counterparts.offer(
      predictions.flatMap((prediction, index) => {
        const row = answered[index]!;
        // Where the champion stepped in, the challenger has failed already: there is no pair.
        if (fallback(row)) return [];
        const arm = row.arm === 'champion' ? ('challenger' as const) : ('champion' as const);
        const features = rows[index]!.values;
        return [{ rolloutId: rollout.id, arm, version: rollout[arm], answered: prediction, features }];
      }),
    );
  }
}

type Asked = Omit<ServedPrediction, keyof AnsweredRow | 'featureNames' | 'features'>;

/** Recorded are the features that the version has read: what its later answers are compared with, whatever is computed then. */
function answerOf(
  { definition: { schema } }: LoadedVersion,
  asked: Asked,
  { values }: Featurised,
  { columns, ...answered }: AnsweredRow,
): ServedPrediction {
  const featureNames = readBy(columns, schema.features).map(({ name }) => name);
  return { ...asked, featureNames, features: recordedFeatures(readBy(columns, values)), ...answered };
}

function toPrediction(answer: ServedPrediction): NewPrediction {
  const { id, model, version, arm, key, input, features, scores, occurredAt, split } = answer;
  return { id, model, version, arm, key, input, features, scores, occurredAt, ...(split ? { split } : {}) };
}
