import { RandomIds } from '@retrain/core';
import { withChampion, type FakeClock, type Installation, type InstallationOptions } from '@retrain/core/testing';
import { Database } from '../database/database.js';
import { pgAdapters } from '../database/pg-adapters.js';
import { createMigratedDatabase, type TestDatabase } from './test-database.js';

/** Small, so that a run takes a tenth of a second. */
const quickRuns = {
  evaluation: { min_rows: 40, max_rows: 40, blocks: 1 },
  gates: ['minimum_score', 'parity'].map((use) => ({ use, with: {} })),
  training_data_from: '2020-06-10',
};

/** Installations of the product on a Postgres database, one after the other; numbers and files are those of the tests. */
export class InstallationsOnPostgres {
  private readonly opened: ReturnType<typeof pgAdapters>[] = [];

  private constructor(
    private readonly created: TestDatabase,
    readonly database: Database,
  ) {}

  static async open(): Promise<InstallationsOnPostgres> {
    const created = await createMigratedDatabase();
    return new InstallationsOnPostgres(created, await Database.open({ url: created.url }));
  }

  get url(): string {
    return this.created.url;
  }

  /** Empties the tables and starts an installation whose runs are quick, except for what `config` says. */
  async begin(
    config: InstallationOptions['config'] = {},
    start: (options: InstallationOptions) => Promise<Installation> = withChampion,
  ): Promise<Installation> {
    await this.database.query(`TRUNCATE models, training_runs, training_pieces, deployments, alias_moves, aliases,
      model_versions, events, trigger_evaluations, predictions, outcomes, outcome_corrections, records, deliveries CASCADE`);
    return start({ config: { ...quickRuns, ...config }, rows: (clock) => this.rows(clock) });
  }

  /** Adapters of the rows for one installation; closed with the others. */
  rows(clock: FakeClock): ReturnType<typeof pgAdapters> {
    const rows = pgAdapters(this.database, this.url, clock, new RandomIds());
    this.opened.push(rows);
    return rows;
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.map(({ signals }) => signals.close()));
    await this.database.close();
    await this.created.drop();
  }
}
