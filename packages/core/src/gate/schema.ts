import type { Feature } from '../model/feature-schema.js';
import { schemaHash } from '../model/feature-schema.js';
import { readOptions } from '../plugin/options.js';
import { percent } from '../shared/words.js';
import { defineGate } from './gate-definition.js';
import { refused } from './refused.js';

/**
 * The candidate must read the features that the model computes now, and those must have values: none may be missing in
 * more than `max_missing` of the judged rows.
 *
 * A candidate with other features than the champion is refused unless `changes` is `allow`: such a pair is compared on
 * different inputs, and rolling back needs the old ones.
 */
export const schema = defineGate({
  name: 'schema',
  description: 'The candidate reads the features there are, and they have values.',
  parseOptions: (raw) =>
    readOptions(raw, {
      changes: { kind: 'choice', fallback: 'refuse', choices: ['refuse', 'allow'] },
      max_missing: { kind: 'number', fallback: 0.95, least: 0, most: 1 },
    }),
  evaluate({ definition, candidate, champion, features, evaluation }, { changes, max_missing: threshold }) {
    const now = schemaHash(definition.schema);
    if (candidate.lineage.schemaHash !== now) {
      return refused('schema_changed', 'The candidate was fitted on other features than the model has now.');
    }
    if (champion && champion.lineage.schemaHash !== now && changes === 'refuse') {
      return refused('champion_schema_differs', 'The candidate reads other features than the champion does.');
    }
    const columns = definition.schema.features;
    const { rows } = evaluation;
    if (!features || rows === 0 || features.length !== rows * columns.length) {
      return refused('features_missing', 'There are no features of the judged rows to look at.');
    }
    const shares = columns.map((column, index) => ({ column, share: missingShare(features, columns.length, index) }));
    const empty = shares.filter(({ share }) => !(share <= threshold));
    const worst = shares.reduce((most, one) => (one.share > most.share ? one : most));
    const accepted = empty.length === 0;
    const named = (list: readonly { column: Feature }[]) => list.map(({ column }) => column.name).join(', ');
    return {
      accepted,
      code: accepted ? 'schema_kept' : 'feature_without_values',
      score: worst.share,
      threshold,
      n: rows,
      reason: accepted
        ? `All ${columns.length} features have values; ${worst.column.name} is missing most often, in ${percent(worst.share)} of ${rows} rows.`
        : `Missing in more than ${percent(threshold)} of ${rows} rows: ${named(empty)}.`,
      evidence: {
        schema_hash: now,
        missing: Object.fromEntries(shares.filter(({ share }) => share > 0).map((one) => [one.column.name, one.share])),
      },
    };
  },
});

/** A value that is no finite number is missing to the model, or should be. */
function missingShare(features: Float32Array, width: number, column: number): number {
  let missing = 0;
  for (let at = column; at < features.length; at += width) if (!Number.isFinite(features[at]!)) missing++;
  return missing / (features.length / width);
}
