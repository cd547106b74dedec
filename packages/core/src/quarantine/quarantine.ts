import type { ModelVersion } from '../model/model-version.js';
import { canonicalJson, sha256 as hash } from '../shared/canonical-json.js';
import { conflict, type DomainError } from '../shared/errors.js';

/** What makes a version the same as another one, under whatever number. */
export interface Identity {
  /** Of its artifact. */
  readonly sha256: string;
  /**
   * sha256 over what it was fitted on and how: data, schema, recipe, seed, code. Two runs that agree in all of it fit the same
   * weights, although their artifacts name different runs. Undefined for a model trained elsewhere.
   */
  readonly origin?: string;
}

/** A version that must not answer, because it did harm; whatever version is the same is quarantined with it. */
export interface Quarantine extends Identity {
  readonly model: string;
  readonly version: number;
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
  /** Set once a person has let it go. */
  readonly release?: { readonly by: string; readonly reason: string; readonly at: Date };
}

/** As it is told of a version by its own row. */
export function identityOf({ artifact: { sha256 }, lineage }: Pick<ModelVersion, 'artifact' | 'lineage'>): Identity {
  const { dataHash, schemaHash, recipe, seed, codeVersion } = lineage;
  if (dataHash === '') return { sha256 };
  const fitted = canonicalJson({ dataHash, schemaHash, recipe, seed, codeVersion });
  return { sha256, origin: hash(fitted) };
}

/** The refusal of a version, with the way out. */
export function quarantined({ model, version, by, reason, at }: Quarantine, asked: number): DomainError {
  const same = asked === version ? '' : `, which version ${asked} is the same as,`;
  const told = `Version ${version}${same} of "${model}" is quarantined since ${at.toISOString()} by ${by}: ${reason}`;
  const advice = `If it is sound after all, release it first: POST /models/${model}/versions/${version}/release, or retrain models release ${version}.`;
  return conflict('version_quarantined', `${told} ${advice}`, { version, by, reason });
}
