import { RandomIds } from '@retrain/core';
import { FakeClock, describeRows } from '@retrain/core/testing';
import { createMigratedDatabase, type TestDatabase } from '../testing/test-database.js';
import { Database } from './database.js';
import { pgAdapters } from './pg-adapters.js';

// From the rows that refer to others to those that are referred to.
const tables = [
  ...['outcome_corrections', 'outcomes', 'predictions', 'records', 'events', 'deliveries', 'approvals'],
  ...[
    'rollout_tallies',
    'rollout_looks',
    'rollouts',
    'deployments',
    'circuits',
    'quarantines',
    'probations',
    'version_tallies',
  ],
  ...[
    'drift_watches',
    'trigger_evaluations',
    'training_pieces',
    'training_runs',
    'alias_moves',
    'aliases',
    'model_versions',
    'models',
  ],
];

let created: TestDatabase;
let database: Database;

beforeAll(async () => {
  created = await createMigratedDatabase();
  database = await Database.open({ url: created.url });
}, 60_000);

afterAll(async () => {
  await database.close();
  await created.drop();
});

describeRows('on Postgres', async () => {
  await database.query(tables.map((table) => `DELETE FROM ${table}`).join(';'));
  const clock = new FakeClock();
  const adapters = pgAdapters(database, created.url, clock, new RandomIds());
  return { ...adapters, clock, close: () => adapters.signals.close() };
});
