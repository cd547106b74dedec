import { createHash } from 'node:crypto';

/** One input column of a model. */
export interface Feature {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical';
  /** Whether drift of it means anything: false for calendar and identity features, which always move. */
  readonly drift: boolean;
  /** One sentence for people: what it is, its unit. */
  readonly description?: string;
}

/** The ordered input columns of a model. */
export interface FeatureSchema {
  readonly features: readonly Feature[];
}

/**
 * Where the features of one schema stand in another, by name and kind; `gone` names those that it does not have.
 */
export function columnsIn(
  schema: FeatureSchema,
  read: FeatureSchema,
): { readonly columns: readonly number[]; readonly gone: readonly string[] } {
  const places = read.features.map(({ name, kind }) => {
    return schema.features.findIndex((feature) => feature.name === name && feature.kind === kind);
  });
  const gone = read.features.filter((_, index) => places[index]! < 0).map(({ name }) => name);
  return { columns: places, gone };
}

/** Hex sha256 over names, kinds and order: two models with equal hashes can score the same rows. */
export function schemaHash(schema: FeatureSchema): string {
  const canonical = JSON.stringify(schema.features.map(({ name, kind }) => [name, kind]));
  return createHash('sha256').update(canonical).digest('hex');
}
