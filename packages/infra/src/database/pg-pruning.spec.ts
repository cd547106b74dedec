import { PruneService, RandomIds, RetireVersionsService, SweepArtifactsService } from '@retrain/core';
import type { Clock } from '@retrain/core';
import {
  aModelVersion,
  aPiece,
  aRun,
  anOutcome,
  aPrediction,
  aTriggerEvaluation,
  installation,
} from '@retrain/core/testing';
import { createMigratedDatabase, type TestDatabase } from '../testing/test-database.js';
import { Database } from './database.js';
import { pgAdapters } from './pg-adapters.js';
import { PgPruning } from './pg-pruning.js';

const signal = new AbortController().signal;

describe('rows of the past', () => {
  let test: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    test = await createMigratedDatabase();
    database = await Database.open({ url: test.url });
  });

  afterEach(async () => {
    await database.close();
    await test.drop();
  });

  async function world() {
    const retention = { predictions_days: 30, trigger_evaluations_days: 10, fits_days: 5, versions: 2 };
    const rows = (clock: Clock) => pgAdapters(database, test.url, clock, new RandomIds());
    const house = installation({ config: { retention }, rows });
    const { models, config, clock } = house;
    await models.ensure('coin', 'coin');
    const [retiring, sweeping] = [house.get(RetireVersionsService), house.get(SweepArtifactsService)];
    return { ...house, pruning: new PruneService(new PgPruning(database), models, retiring, sweeping, config, clock) };
  }

  it('are deleted once they are older than the configuration keeps them, with their outcomes', async () => {
    const { predictions, evaluations, pruning, clock } = await world();
    const [old, fresh] = [aPrediction(), aPrediction()];
    await predictions.insert([old]);
    await predictions.recordOutcomes([anOutcome(old.id)]);
    await evaluations.insert(aTriggerEvaluation({ evaluatedAt: clock.now() }));
    clock.advance({ days: 25 });
    await predictions.insert([fresh]);
    await evaluations.insert(aTriggerEvaluation({ evaluatedAt: clock.now() }));
    expect(await pruning.execute(signal)).toMatchObject({ predictions: 0, evaluations: 1 });
    clock.advance({ days: 6 });
    expect(await pruning.execute(signal)).toMatchObject({ predictions: 1, evaluations: 0 });
    expect(await predictions.find(old.id)).toBeUndefined();
    expect(await predictions.find(fresh.id)).toMatchObject({ id: fresh.id });
    const { rows } = await database.query('SELECT * FROM outcomes');
    expect(rows).toEqual([]);
  });

  it('are deleted when they are fits, but not those of a run that goes on', async () => {
    const { runs, pieces, pruning, clock } = await world();
    const over = (await runs.insert(aRun()))!;
    await pieces.add(over, [aPiece(), aPiece()], clock.now());
    await runs.requestCancel(over.id, 'api', 'over', clock.now());
    const going = (await runs.insert(aRun()))!;
    await pieces.add(going, [aPiece()], clock.now());
    clock.advance({ days: 5 });
    expect(await pruning.execute(signal)).toMatchObject({ pieces: 0 });
    clock.advance({ seconds: 1 });
    expect(await pruning.execute(signal)).toMatchObject({ pieces: 2 });
    expect(await pieces.ofRun(over.id)).toEqual([]);
    expect(await pieces.ofRun(going.id)).toHaveLength(1);
  });

  it('are deleted in pieces, however many they are, and those of other models stay', async () => {
    const { predictions, pruning, clock } = await world();
    await predictions.insert([aPrediction({ model: 'stranger' })]);
    await predictions.insert(Array.from({ length: 2_500 }, () => aPrediction()));
    clock.advance({ days: 31 });
    expect(await pruning.execute(signal)).toMatchObject({ predictions: 2_500, evaluations: 0 });
    expect((await predictions.list('stranger', { limit: 10 })).items).toHaveLength(1);
  });

  it('are marked as deleted when they are versions beyond the newest', async () => {
    const { models, events, pruning } = await world();
    const { runId: _, ...version } = aModelVersion();
    for (let n = 0; n < 4; n++) await models.addVersion(version);
    expect(await pruning.execute(signal)).toMatchObject({ versions: 2 });
    expect(await pruning.execute(signal)).toMatchObject({ versions: 0 });
    const { items } = await models.versions('coin', { limit: 10 });
    expect(items.map(({ deletedBy }) => deletedBy)).toEqual([undefined, undefined, 'retention', 'retention']);
    expect(await events.after(0, 10, { types: ['version.deleted'] })).toHaveLength(2);
  });

  it('take their artifacts along, in two steps a day apart', async () => {
    const { models, artifacts, pruning, clock } = await world();
    const { runId: _, ...version } = aModelVersion();
    for (const name of ['one', 'two', 'three']) {
      await models.addVersion({ ...version, artifact: await artifacts.put(new TextEncoder().encode(name)) });
    }
    clock.advance({ days: 1, seconds: 1 });
    expect(await pruning.execute(signal)).toMatchObject({ versions: 1, artifacts: { files: 0, setAside: 1 } });
    clock.advance({ days: 1, seconds: 1 });
    const found = { files: 3, bytes: 11 };
    expect(await pruning.execute(signal)).toMatchObject({ artifacts: { files: 1, bytes: 3, setAside: 0, found } });
  });

  it('stay when the process is told to stop', async () => {
    const { predictions, pruning, clock } = await world();
    await predictions.insert([aPrediction()]);
    clock.advance({ days: 31 });
    expect(await pruning.execute(AbortSignal.abort())).toMatchObject({ predictions: 0, evaluations: 0 });
  });
});
