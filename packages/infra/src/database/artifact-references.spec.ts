import { ApproveRunService, PromoteVersionService, RollbackService } from '@retrain/core';
import { learned, registerCoin, request, retrain } from '@retrain/core/testing';
import { InstallationsOnPostgres } from '../testing/installations-on-postgres.js';
import type { Row } from './database.js';

/** Every place of the database where an artifact is named: what `pg-artifact-references.ts` reads. */
const places = [
  'model_versions.artifact_uri',
  'model_versions.reference_sample.uri',
  'training_pieces.result.artifact.uri',
  'training_pieces.result.outcome.uri',
  'training_pieces.work.initial.uri',
  'training_pieces.work.snapshot.uri',
  'training_runs.outputs.prepare.snapshot.uri',
  'training_runs.outputs.train.evidence.uri',
];

let postgres: InstallationsOnPostgres;

beforeAll(async () => {
  postgres = await InstallationsOnPostgres.open();
}, 60_000);

afterAll(() => postgres?.close());

/** Paths of the strings in a value that name a stored artifact; places of lists are not told apart. */
function pathsOf(value: unknown, stored: ReadonlySet<string>, path: string): readonly string[] {
  if (typeof value === 'string') return [...stored].some((uri) => value.includes(uri)) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, stored, path));
  return Object.entries(value).flatMap(([key, item]) => pathsOf(item, stored, `${path}.${key}`));
}

it('after a whole loop artifacts are named in the places that a sweep looks at, and nowhere else in the database', async () => {
  const trainers = learned.map(({ use, with: options }) => ({ use, with: { ...options, warm_start: true } }));
  const house = await postgres.begin({ gates: [{ use: 'parity', with: {} }] });
  await house.config.update({ trainers }, 'test');
  const why = { model: 'coin', actor: 'key:ann', reason: 'because' };
  const run = await retrain(house);
  await house.get(ApproveRunService).execute({ runId: run.id, actor: 'key:ann', reason: 'good' });
  await house.get(PromoteVersionService).execute({ ...why, version: await registerCoin(house, [1, 0]) });
  await house.get(RollbackService).execute({ ...why, quarantine: true });
  await house.get(PromoteVersionService).execute({ ...why, version: 1, strategy: 'shadow' });
  await request(house);

  const stored = new Set<string>();
  for await (const { uri } of house.artifacts.list()) stored.add(uri);
  expect(stored.size).toBeGreaterThan(10);
  const tables = await postgres.database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  expect(tables.rows.length).toBeGreaterThan(20);
  const found = new Set<string>();
  for (const { name } of tables.rows) {
    const { rows: all } = await postgres.database.query<{ row: Row }>(`SELECT to_jsonb(t) AS row FROM "${name}" t`);
    for (const { row } of all) for (const path of pathsOf(row, stored, name)) found.add(path);
  }
  // Another place here: add it to `pg-artifact-references.ts`, `artifactReferences` and their contract, or files that it
  // names are removed.
  expect([...found].sort()).toEqual(places);
  expect(await house.references.all()).toEqual(stored);
}, 60_000);
