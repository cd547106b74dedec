import { ArtifactReferences } from '@retrain/core';
import type { Database } from './database.js';

/** Runs that are not over. */
const open = `r.status IN ('queued', 'running', 'awaiting_approval', 'rolling_out')`;

/** Where rows name artifacts; one statement, hence one moment. */
const references = `
  WITH there AS (SELECT artifact_uri, reference_sample, run_id FROM model_versions WHERE deleted_at IS NULL),
    kept AS (SELECT r.outputs FROM training_runs r WHERE ${open} OR r.id IN (SELECT run_id FROM there))
  SELECT artifact_uri AS uri FROM there
  UNION SELECT reference_sample ->> 'uri' FROM there
  UNION SELECT v.artifact_uri FROM training_runs r JOIN model_versions v ON v.model = r.model
    AND v.version IN (r.candidate_version, (r.outputs #>> '{prepare,championVersion}')::integer) WHERE ${open}
  UNION SELECT outputs #>> '{prepare,snapshot,uri}' FROM kept
  UNION SELECT outputs #>> '{train,evidence,uri}' FROM kept
  UNION SELECT work #>> '{snapshot,uri}' FROM training_pieces
  UNION SELECT work #>> '{initial,uri}' FROM training_pieces
  UNION SELECT result #>> '{outcome,uri}' FROM training_pieces
  UNION SELECT result #>> '{artifact,uri}' FROM training_pieces`;

export class PgArtifactReferences extends ArtifactReferences {
  constructor(private readonly database: Database) {
    super();
  }

  async all(): Promise<ReadonlySet<string>> {
    const { rows } = await this.database.query<{ uri: string | null }>(references);
    return new Set(rows.flatMap(({ uri }) => uri ?? []));
  }
}
