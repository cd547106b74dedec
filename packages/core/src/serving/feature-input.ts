import type { FeatureSchema } from '../model/feature-schema.js';
import { didYouMean } from '../shared/did-you-mean.js';
import { invalid, type Issue } from '../shared/errors.js';

/**
 * Reads features that a caller computed itself: an array in schema order, or an object by name (absent = missing).
 *
 * Each value is a finite number or null for missing. Throws `invalid_features` with every problem.
 * @returns values in schema order, NaN = missing.
 */
export function parseFeatures(raw: unknown, schema: FeatureSchema): readonly number[] {
  const names = schema.features.map((feature) => feature.name);
  const issues: Issue[] = [];
  const value = (given: unknown, path: string): number => {
    if (given === null || given === undefined) return NaN;
    if (typeof given === 'number' && Number.isFinite(given)) return given;
    issues.push({ path, message: 'must be a finite number, or null when it is missing', given });
    return NaN;
  };
  let values: readonly number[] = [];
  if (Array.isArray(raw)) {
    if (raw.length === names.length) values = raw.map((given, index) => value(given, String(index)));
    else issues.push({ path: '', message: `must hold ${names.length} values in schema order, got ${raw.length}` });
  } else if (typeof raw === 'object' && raw !== null) {
    const byName = raw as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(byName)) {
      if (names.includes(name)) continue;
      const hint = didYouMean(name, names);
      issues.push({ path: name, message: `is no feature of this model${hint ? `; did you mean "${hint}"?` : ''}` });
    }
    values = names.map((name) => value(byName[name], name));
  } else {
    issues.push({ path: '', message: 'must be an array in schema order or an object by feature name', given: raw });
  }
  if (issues.length > 0) throw invalid('invalid_features', 'The features are not what the model reads.', issues);
  return values;
}
