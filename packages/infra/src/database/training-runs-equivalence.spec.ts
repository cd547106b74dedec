import type { TrainingRuns } from '@retrain/core';
import { MemoryDatabase, MemoryTrainingRuns, aRun } from '@retrain/core/testing';
import fc from 'fast-check';
import { createMigratedDatabase, type TestDatabase } from '../testing/test-database.js';
import { Database } from './database.js';
import { PgTrainingRuns } from './pg-training-runs.js';

/** One call of the port; `run` picks among the runs that were asked for so far. */
type Call = (runs: TrainingRuns, ids: readonly string[], now: Date) => Promise<unknown>;

const minutes = (from: Date, count: number) => new Date(from.getTime() + count * 60_000);
const run = fc.nat({ max: 5 });
const token = fc.constantFrom('a', 'b', 'c');
const failure = { code: 'database_unavailable', message: 'away', retryable: true };

const calls: fc.Arbitrary<{ minutes: number; told: string; call: Call }> = fc
  .record({ minutes: fc.integer({ min: 0, max: 3 }), run, token, n: fc.nat({ max: 3 }), kind: fc.nat({ max: 11 }) })
  .map(({ minutes: later, run, token, n, kind }) => {
    const on =
      (change: (runs: TrainingRuns, id: string, now: Date) => Promise<unknown>): Call =>
      (runs, ids, now) =>
        change(runs, ids[run % Math.max(1, ids.length)] ?? aRun().id, now);
    const status = (['awaiting_approval', 'rolling_out', 'rejected', 'failed'] as const)[n]!;
    const parked = run % 2 ? 'awaiting_approval' : 'rolling_out';
    const table: readonly (readonly [string, Call])[] = [
      ['claim', on((runs, id, now) => runs.claim(id, token, now, minutes(now, 1 + n), 1 + (n % 2)))],
      ['claim', on((runs, id, now) => runs.claim(id, token, now, minutes(now, 1), 2))],
      ['heartbeat', on((runs, id, now) => runs.heartbeat(id, token, minutes(now, 1), n / 4))],
      ['beginStage', on((runs, id) => runs.beginStage(id, token, 'train'))],
      ['completeStage', on((runs, id) => runs.completeStage(id, token, n % 2 ? 'train' : 'prepare', { n }))],
      ['setCandidate', on((runs, id) => runs.setCandidate(id, token, n))],
      ['requeue', on((runs, id, now) => runs.requeue(id, token, minutes(now, n), n ? failure : undefined))],
      ['conclude', on((runs, id, at) => runs.conclude(id, token, { status, at, result: n ? { n } : undefined }))],
      [
        'decide',
        on((runs, id, at) => runs.decide(id, parked, { status: 'rejected', at, result: n ? { n } : undefined })),
      ],
      ['requestCancel', on((runs, id, now) => runs.requestCancel(id, token, `reason ${n}`, now))],
      ['inTurn', (runs, _ids, now) => runs.inTurn(now, n)],
      ['active', (runs) => Promise.all([runs.active('coin'), runs.active('dice'), runs.latest('coin')])],
    ];
    const [name, call] = table[kind]!;
    return { minutes: later, told: `+${later} min ${name} run ${run} token ${token} n ${n}`, call };
  });

const requests = fc.record({ at: fc.nat({ max: 30 }), model: fc.constantFrom('coin', 'dice') });

describe('runs on Postgres and in memory', () => {
  let created: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    created = await createMigratedDatabase();
    database = await Database.open({ url: created.url });
    for (const name of ['coin', 'dice']) {
      await database.query(`INSERT INTO models VALUES ($1, 'coin', true, now())`, [name]);
    }
  }, 60_000);

  afterAll(async () => {
    await database.close();
    await created.drop();
  });

  it('answer every sequence of calls alike and end in the same rows', async () => {
    const history = fc.record({
      calls: fc.array(calls, { minLength: 5, maxLength: 30 }),
      requests: fc.array(requests, { minLength: 1, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(history, async ({ calls, requests }) => {
        await database.query('DELETE FROM training_runs');
        const [inMemory, onPostgres] = [new MemoryTrainingRuns(new MemoryDatabase()), new PgTrainingRuns(database)];
        const ids: string[] = [];
        let now = new Date('2024-01-01T00:00:00Z');
        for (const [index, { minutes: later, told, call }] of calls.entries()) {
          for (const { model } of requests.filter(({ at }) => at === index || (at >= calls.length && index === 0))) {
            const request = aRun({ model, requestedAt: now });
            const [expected, found] = [await inMemory.insert(request), await onPostgres.insert(request)];
            expect(found).toEqual(expected);
            if (expected) ids.push(request.id);
          }
          now = minutes(now, later);
          const expected = await call(inMemory, ids, now);
          expect({ told, answer: await call(onPostgres, ids, now) }).toEqual({ told, answer: expected });
        }
        for (const id of ids) expect(await onPostgres.find(id)).toEqual(await inMemory.find(id));
      }),
      { numRuns: 60, seed: 20240101 },
    );
  }, 60_000);
});
