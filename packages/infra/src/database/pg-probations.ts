import {
  Probations,
  type NewProbation,
  type Page,
  type PageRequest,
  type Probation,
  type ProbationUpdate,
  type VersionTally,
} from '@retrain/core';
import type { Database } from './database.js';
import { pgPage } from './pg-page.js';
import { probationSchema, versionTallySchema } from './schema/probations.schema.js';

export class PgProbations extends Probations {
  constructor(private readonly database: Database) {
    super();
  }

  async insert(probation: NewProbation): Promise<boolean> {
    const { model, moveId, version, previousVersion, rules, status, startedAt, asOf, outcomes, reason } = probation;
    const sql = `INSERT INTO probations (model, move_id, version, previous_version, rules, status, started_at, as_of,
        outcomes, reason, evidence)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`;
    const parameters = [
      ...[model, moveId, version, previousVersion, JSON.stringify(rules), status, startedAt, asOf, outcomes, reason],
      JSON.stringify(probation.evidence),
    ];
    return (await this.database.query(sql, parameters)).count > 0;
  }

  find(model: string, moveId: number): Promise<Probation | undefined> {
    const sql = `SELECT * FROM probations WHERE model = $1 AND move_id = $2`;
    return this.database.object<Probation>(probationSchema, sql, [model, moveId]);
  }

  watching(model: string): Promise<readonly Probation[]> {
    const sql = `SELECT * FROM probations WHERE model = $1 AND status = 'watching' ORDER BY move_id`;
    return this.database.objects<Probation>(probationSchema, sql, [model]);
  }

  async update(model: string, moveId: number, update: ProbationUpdate): Promise<boolean> {
    const { status, outcomes, reason, evidence, checkedAt } = update;
    const sql = `UPDATE probations SET status = $3, outcomes = $4, reason = $5, evidence = $6, checked_at = $7
      WHERE model = $1 AND move_id = $2 AND status = 'watching'`;
    const parameters = [model, moveId, status, outcomes, reason, JSON.stringify(evidence), checkedAt];
    return (await this.database.query(sql, parameters)).count > 0;
  }

  list(model: string, page: PageRequest): Promise<Page<Probation>> {
    const list = { schema: probationSchema, table: 'probations', by: 'move_id' };
    return pgPage(this.database, { ...list, where: 'model = $1', parameters: [model] }, page);
  }

  async saveTally({ model, version, process, requests, errors, latencies }: VersionTally): Promise<void> {
    await this.database.query(
      `INSERT INTO version_tallies AS known (model, version, process, requests, errors, latencies)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (model, version, process) DO UPDATE SET requests = $4, errors = $5, latencies = $6
       WHERE known.requests <= $4`,
      [model, version, process, requests, errors, JSON.stringify(latencies)],
    );
  }

  tallies(model: string, version: number): Promise<readonly VersionTally[]> {
    const sql = `SELECT * FROM version_tallies WHERE model = $1 AND version = $2`;
    return this.database.objects<VersionTally>(versionTallySchema, sql, [model, version]);
  }
}
