import { columnsIn, schemaHash, type FeatureSchema } from './feature-schema.js';
import type { ModelVersion } from './model-version.js';

type Reading = Pick<ModelVersion, 'lineage'>;

/** The features that a version reads, in its order; those of `now` where its row does not tell. */
export function schemaOf({ lineage }: Reading, now: FeatureSchema): FeatureSchema {
  if (lineage.schemaHash === schemaHash(now) || !lineage.features) return now;
  return { features: lineage.features };
}

/** How a version reads rows that were made for a schema. */
export type Reads =
  /** As they are. */
  | { readonly kind: 'same' }
  /** Its own columns of them, in its order. */
  | { readonly kind: 'columns'; readonly columns: readonly number[]; readonly schema: FeatureSchema }
  /** Not at all: they lack these features; none named where nobody knows what it reads. */
  | { readonly kind: 'lacking'; readonly gone: readonly string[] };

/** How a version reads rows of such a schema, which may be a later or an earlier one than its own. */
export function readsOf({ lineage }: Reading, given: FeatureSchema): Reads {
  if (lineage.schemaHash === schemaHash(given)) return { kind: 'same' };
  if (!lineage.features) return { kind: 'lacking', gone: [] };
  const schema = { features: lineage.features };
  const { columns, gone } = columnsIn(given, schema);
  return gone.length > 0 ? { kind: 'lacking', gone } : { kind: 'columns', columns, schema };
}

/**
 * What changed in the features from one version to another, in words; undefined when nothing did.
 */
export function featureChange(from: Reading, to: Reading): string | undefined {
  if (from.lineage.schemaHash === to.lineage.schemaHash) return undefined;
  const [before, after] = [from.lineage.features, to.lineage.features];
  if (!before || !after) return 'It reads other features.';
  const added = columnsIn({ features: before }, { features: after }).gone;
  const removed = columnsIn({ features: after }, { features: before }).gone;
  const parts = [
    ...(added.length > 0 ? [`reads ${added.join(', ')} too`] : []),
    ...(removed.length > 0 ? [`no longer reads ${removed.join(', ')}`] : []),
  ];
  return parts.length > 0 ? `It ${parts.join(' and ')}.` : 'It reads the same features in another order.';
}
