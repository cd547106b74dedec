import { conflict, type DomainError } from '../shared/errors.js';
import type { ModelVersion } from './model-version.js';

/** Rejects a version that was deleted: it never answers again. */
export function refuseDeleted(version: Pick<ModelVersion, 'model' | 'version' | 'deletedAt' | 'deletedBy'>): void {
  if (version.deletedAt !== undefined) throw deleted(version);
}

function deleted(given: Pick<ModelVersion, 'model' | 'version' | 'deletedAt' | 'deletedBy'>): DomainError {
  const { model, version, deletedAt, deletedBy = 'somebody' } = given;
  const told = `Version ${version} of "${model}" was deleted at ${deletedAt?.toISOString()} by ${deletedBy}`;
  return conflict('version_deleted', `${told} and never answers again. Name another version.`, { version });
}
