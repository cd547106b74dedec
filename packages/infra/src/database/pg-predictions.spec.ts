import { RandomIds, SystemClock } from '@retrain/core';
import { aPrediction, aRun, aTriggerEvaluation, aVerdict, anOutcome } from '@retrain/core/testing';
import { createMigratedDatabase, type TestDatabase } from '../testing/test-database.js';
import { Database } from './database.js';
import { pgAdapters } from './pg-adapters.js';

describe('predictions on Postgres', () => {
  let created: TestDatabase;
  let database: Database;
  let adapters: ReturnType<typeof pgAdapters>;

  beforeEach(async () => {
    created = await createMigratedDatabase();
    database = await Database.open({ url: created.url });
    adapters = pgAdapters(database, created.url, new SystemClock(), new RandomIds());
    await adapters.models.ensure('coin', 'coin');
  });

  afterEach(async () => {
    await database.close();
    await created.drop();
  });

  it('refuse the caller of an unstorable row, and none of those whose rows share the commit', async () => {
    const good = Array.from({ length: 30 }, () => aPrediction());
    const poison = aPrediction({ input: { note: 'a NUL \u0000 inside' } });
    const callers = [...good.slice(0, 15), poison, ...good.slice(15)].map((one) => adapters.predictions.insert([one]));
    const answers = await Promise.allSettled(callers);
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual(['unstorable_value']);
    expect(
      await adapters.predictions.withIds(
        'coin',
        [...good, poison].map(({ id }) => id),
      ),
    ).toHaveLength(30);
  });

  it('share commits when callers come at once', async () => {
    await Promise.all(Array.from({ length: 200 }, () => adapters.predictions.insert([aPrediction()])));
    const { rows } = await database.query<{ commits: number }>(
      'SELECT count(DISTINCT xmin::text)::int AS commits FROM predictions',
    );
    expect(await adapters.predictions.countSince('coin', 0)).toBe(200);
    expect(rows[0]!.commits).toBeLessThan(10);
  });

  it('keep every outcome that a correction replaced', async () => {
    const prediction = aPrediction();
    await adapters.predictions.insert([prediction]);
    const first = new Date('2024-01-02T00:00:00Z');
    const later = new Date('2024-01-03T00:00:00Z');
    const record = (outcome: string, observedAt: Date) => anOutcome(prediction.id, { outcome, observedAt });
    await adapters.predictions.recordOutcomes([record('heads', first)]);
    await adapters.predictions.recordOutcomes([record('tails', later), record('edge', later)]);
    const { rows } = await database.query(
      'SELECT revision, outcome, observed_at FROM outcome_corrections ORDER BY revision',
    );
    expect(rows).toEqual([
      { revision: 1, outcome: 'heads', observed_at: first },
      { revision: 2, outcome: 'tails', observed_at: later },
    ]);
  });

  it('are counted for the overview', async () => {
    const empty = await adapters.overview.figures('coin');
    expect(empty).toEqual({
      ...{ predictions: 0, outcomes: 0, predictionsSinceRetraining: 0, totalTriggerEvents: 0, totalRetrainings: 0 },
      ...{ lastCheckAt: undefined, lastRetrainingAt: undefined, runs: {} },
    });
    const asked = aPrediction();
    await adapters.predictions.insert([asked, aPrediction({ arm: 'shadow' }), aPrediction({ model: 'other' })]);
    await adapters.predictions.recordOutcomes([anOutcome(asked.id)]);
    const requestedAt = new Date('2024-02-01T00:00:00Z');
    const run = aRun({ predictionSeq: await adapters.predictions.lastSeq(), requestedAt });
    await adapters.runs.insert(run);
    expect((await adapters.overview.figures('coin')).predictionsSinceRetraining).toBe(0);
    await adapters.runs.requestCancel(run.id, 'api', 'not now', requestedAt);
    expect((await adapters.overview.figures('coin')).predictionsSinceRetraining).toBe(1); // it retrained nothing
    await adapters.runs.insert(aRun({ predictionSeq: await adapters.predictions.lastSeq(), requestedAt }));
    await adapters.predictions.insert([aPrediction(), aPrediction(), aPrediction({ arm: 'challenger' })]);
    const evaluatedAt = new Date('2024-02-02T00:00:00Z');
    await adapters.evaluations.insert(aTriggerEvaluation({ verdicts: [aVerdict({ verdict: 'fired' })] }));
    await adapters.evaluations.insert(aTriggerEvaluation({ evaluatedAt }));
    expect(await adapters.overview.figures('coin')).toEqual({
      ...{ predictions: 4, outcomes: 1, predictionsSinceRetraining: 3, totalTriggerEvents: 1, totalRetrainings: 2 },
      ...{ lastCheckAt: evaluatedAt, lastRetrainingAt: requestedAt, runs: { cancelled: 1, queued: 1 } },
    });
  });
});
