import type { ModelInput } from '../model/model-definition.js';
import type { Task } from '../model/task.js';
import type { Arm, NewPrediction } from '../prediction/prediction.js';
import { Predictions } from '../prediction/predictions.port.js';
import { Clock } from '../shared/clock.port.js';
import { DomainError, unprocessable, type Issue } from '../shared/errors.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';
import { ChampionHolder, type LoadedChampion } from './champion-holder.service.js';
import { parseFeatures } from './feature-input.js';
import { LiveState } from './live-state.service.js';

/** One thing to predict: either the model's own kind of input, or features that the caller computed. */
export interface Instance {
  /** Where the caller wrote it, for the paths of issues: `matches.3`; empty for the whole body. */
  readonly path: string;
  readonly input?: unknown;
  readonly features?: unknown;
  /** Key of the record that will tell the outcome; the input's own when not given. */
  readonly key?: string;
  /** When the event happens; the input's own, else now, when not given. */
  readonly occurredAt?: Date;
}

/** A recorded answer. */
export interface ServedPrediction {
  readonly id: string;
  readonly model: string;
  readonly version: number;
  readonly arm: Arm;
  readonly task: Task;
  readonly key?: string;
  readonly occurredAt: Date;
  readonly input: NewPrediction['input'];
  /** Names of the features, in the order of their values. */
  readonly featureNames: readonly string[];
  readonly features: readonly (number | null)[];
  /** Probabilities in class order, or the one predicted value. */
  readonly scores: readonly number[];
  readonly warnings: readonly string[];
}

interface Featurised {
  readonly input: ModelInput;
  readonly values: readonly number[];
  readonly warnings: readonly string[];
}

/**
 * Answers with the champion: features from the live state, scores from its artifact, recorded before it is answered.
 *
 * All instances are validated first and every issue of every instance is told; then they are scored in one call and
 * stored in one insert, or none is.
 */
@Service()
export class ServePredictionService {
  constructor(
    private readonly champions: ChampionHolder,
    private readonly states: LiveState,
    private readonly predictions: Predictions,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  async execute(model: string, instances: readonly Instance[]): Promise<readonly ServedPrediction[]> {
    return this.champions.use(model, async (champion) => {
      const rows = this.featurise(model, champion, instances);
      const scores = await score(champion, rows);
      const now = this.clock.now();
      const answers = rows.map((row, index) =>
        this.answer(model, champion, instances[index]!, row, scores[index]!, now),
      );
      await this.predictions.insert(answers.map(toPrediction));
      return answers;
    });
  }

  private featurise(model: string, champion: LoadedChampion, instances: readonly Instance[]): readonly Featurised[] {
    const { definition } = champion;
    const refusals: DomainError[] = [];
    const rows: Featurised[] = [];
    for (const instance of instances) {
      let under = instance.path;
      try {
        if (instance.features !== undefined) {
          under = join(instance.path, 'features');
          const values = parseFeatures(instance.features, definition.schema);
          rows.push({ input: { payload: {} }, values, warnings: [] });
        } else {
          const input = definition.parseInput(instance.input);
          rows.push({ input, ...this.states.of(model).features(input) });
        }
      } catch (error) {
        if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error;
        refusals.push(withPath(error, under));
      }
    }
    if (refusals.length > 0) throw merged(refusals, instances.length);
    return rows;
  }

  private answer(
    model: string,
    { version, definition }: LoadedChampion,
    instance: Instance,
    row: Featurised,
    scores: readonly number[],
    now: Date,
  ): ServedPrediction {
    return {
      id: this.ids.next(),
      model,
      version: version.version,
      arm: 'champion',
      task: definition.task,
      key: instance.key ?? row.input.key,
      occurredAt: instance.occurredAt ?? row.input.occurredAt ?? now,
      input: row.input.payload,
      featureNames: definition.schema.features.map((feature) => feature.name),
      features: row.values.map((value) => (Number.isFinite(value) ? value : null)),
      scores,
      warnings: row.warnings,
    };
  }
}

async function score({ scorer }: LoadedChampion, rows: readonly Featurised[]): Promise<readonly (readonly number[])[]> {
  const features = new Float32Array(rows.length * scorer.inputs);
  rows.forEach((row, index) => features.set(row.values, index * scorer.inputs));
  const flat = rows.length > 0 ? await scorer.score(features, rows.length) : new Float32Array(0);
  if (!flat.every(Number.isFinite)) {
    throw unprocessable('not_scorable', 'The model gives no finite answer for these features; nothing was recorded.');
  }
  return rows.map((_, index) => Array.from(flat.subarray(index * scorer.outputs, (index + 1) * scorer.outputs)));
}

function toPrediction(answer: ServedPrediction): NewPrediction {
  const { id, model, version, arm, key, input, features, scores, occurredAt } = answer;
  return { id, model, version, arm, key, input, features, scores, occurredAt };
}

const join = (...parts: readonly string[]) => parts.filter((part) => part !== '').join('.');

/** The same refusal with its issues' paths as seen from the request's body; without issues its message becomes one. */
function withPath(error: DomainError, path: string): DomainError {
  const own: readonly Issue[] = error.issues.length > 0 ? error.issues : [{ path: '', message: error.message }];
  const issues = own.map((issue) => ({ ...issue, path: join(path, issue.path) }));
  return new DomainError(error.kind, error.code, error.message, issues, error.details);
}

/** One refusal for all: malformed input weighs more than impossible input, and every issue is told. */
function merged(refusals: readonly DomainError[], instances: number): DomainError {
  const worst = refusals.find((refusal) => refusal.kind === 'invalid') ?? refusals[0]!;
  if (instances === 1) return worst;
  const told = `${refusals.length} of ${instances} cannot be predicted, so none was. The first: ${worst.message}`;
  return new DomainError(
    worst.kind,
    worst.code,
    told,
    refusals.flatMap((refusal) => refusal.issues),
    worst.details,
  );
}
