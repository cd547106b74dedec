import { notFound, Quarantines, type Identity, type Quarantine } from '@retrain/core';
import type { Database } from './database.js';
import { sqlStateOf } from './pg-errors.js';
import { quarantineSchema, type QuarantineRow } from './schema/probations.schema.js';

const foreignKeyViolation = '23503';

export class PgQuarantines extends Quarantines {
  constructor(private readonly database: Database) {
    super();
  }

  async add({ model, version, sha256, origin, by, reason, at }: Omit<Quarantine, 'release'>): Promise<boolean> {
    const sql = `INSERT INTO quarantines AS known (model, version, sha256, quarantined_by, reason, quarantined_at, origin)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (model, version) DO UPDATE SET sha256 = $3, origin = $7, quarantined_by = $4, reason = $5, quarantined_at = $6,
        released_by = NULL, release_reason = NULL, released_at = NULL
      WHERE known.released_at IS NOT NULL`;
    try {
      return (await this.database.query(sql, [model, version, sha256, by, reason, at, origin ?? null])).count > 0;
    } catch (error) {
      if (sqlStateOf(error) !== foreignKeyViolation) throw error;
      throw notFound('unknown_version', `Model "${model}" has no version ${version}.`);
    }
  }

  async release(
    model: string,
    version: number,
    { by, reason, at }: NonNullable<Quarantine['release']>,
  ): Promise<Quarantine | undefined> {
    const sql = `UPDATE quarantines SET released_by = $3, release_reason = $4, released_at = $5
      WHERE model = $1 AND version = $2 AND released_at IS NULL RETURNING *`;
    const row = await this.database.object<QuarantineRow>(quarantineSchema, sql, [model, version, by, reason, at]);
    return row && quarantineOf(row);
  }

  async list(model: string): Promise<readonly Quarantine[]> {
    const sql = `SELECT * FROM quarantines WHERE model = $1 ORDER BY version`;
    return (await this.database.objects<QuarantineRow>(quarantineSchema, sql, [model])).map(quarantineOf);
  }

  async against(model: string, { sha256, origin }: Identity): Promise<Quarantine | undefined> {
    const sql = `SELECT * FROM quarantines WHERE model = $1 AND (sha256 = $2 OR origin = $3) AND released_at IS NULL
      ORDER BY quarantined_at, version LIMIT 1`;
    const row = await this.database.object<QuarantineRow>(quarantineSchema, sql, [model, sha256, origin ?? null]);
    return row && quarantineOf(row);
  }
}

function quarantineOf({ releasedBy, releaseReason, releasedAt, ...row }: QuarantineRow): Quarantine {
  if (releasedBy === undefined || releaseReason === undefined || releasedAt === undefined) return row;
  return { ...row, release: { by: releasedBy, reason: releaseReason, at: releasedAt } };
}
