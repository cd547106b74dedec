import { cursorOf, positionOf, type ConfigRevision, type Page, type PageRequest } from '@retrain/core';
import type { Database } from '../database/database.js';
import { configRevisionSchema, type StoredConfigRevision } from '../database/schema/log.schema.js';

/** The rows of the configuration's revisions: 1, 2, 3 … without gaps. */
export class ConfigRevisions {
  constructor(private readonly database: Database) {}

  latest(): Promise<StoredConfigRevision | undefined> {
    return this.database.object(configRevisionSchema, 'SELECT * FROM config_revisions ORDER BY revision DESC LIMIT 1');
  }

  /** Compare-and-set: false when the revision exists already. */
  async insert(row: StoredConfigRevision): Promise<boolean> {
    const { count } = await this.database.query(
      `INSERT INTO config_revisions (revision, actor, source, changed_at, changes, config, file, sources)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (revision) DO NOTHING`,
      [
        ...[row.revision, row.actor, row.source, row.changedAt],
        ...[row.changes, row.config, row.file, row.sources].map((json) => JSON.stringify(json)),
      ],
    );
    return count === 1;
  }

  /** Newest first. */
  async list({ limit, cursor }: PageRequest): Promise<Page<ConfigRevision>> {
    const rows = await this.database.objects(
      configRevisionSchema,
      'SELECT * FROM config_revisions WHERE $1::int IS NULL OR revision < $1 ORDER BY revision DESC LIMIT $2',
      [positionOf(cursor) ?? null, limit + 1],
    );
    const items = rows.slice(0, limit).map(({ revision, actor, source, changedAt, changes }): ConfigRevision => ({
      revision,
      actor,
      source,
      changedAt,
      changes,
    }));
    return rows.length > limit ? { items, nextCursor: cursorOf(items.at(-1)!.revision) } : { items };
  }
}
