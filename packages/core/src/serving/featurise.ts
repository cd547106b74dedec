import type { ModelDefinition, ModelInput, ModelState } from '../model/model-definition.js';
import { DomainError, type Issue } from '../shared/errors.js';
import { parseFeatures } from './feature-input.js';

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

/** An instance as a version scores it. */
export interface Featurised {
  readonly input: ModelInput;
  /** In schema order, NaN = missing. */
  readonly values: readonly number[];
  readonly warnings: readonly string[];
}

/**
 * Features of all instances, in their order.
 *
 * Throws one refusal that tells every issue of every instance; of malformed and impossible input the malformed weighs more.
 */
export function featurise(
  { parseInput, schema }: Pick<ModelDefinition, 'parseInput' | 'schema'>,
  state: () => ModelState,
  instances: readonly Instance[],
): readonly Featurised[] {
  const refusals: DomainError[] = [];
  const rows: Featurised[] = [];
  for (const instance of instances) {
    let under = instance.path;
    try {
      if (instance.features !== undefined) {
        under = join(instance.path, 'features');
        const values = parseFeatures(instance.features, schema);
        rows.push({ input: { payload: {} }, values, warnings: [] });
      } else {
        const input = parseInput(instance.input);
        rows.push({ input, ...state().features(input) });
      }
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error;
      refusals.push(withPath(error, under));
    }
  }
  if (refusals.length > 0) throw merged(refusals, instances.length);
  return rows;
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
