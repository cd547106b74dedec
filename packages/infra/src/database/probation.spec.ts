import { EvaluateTriggersService, seededRandom, WatchProbation } from '@retrain/core';
import { anOutcome, aPrediction, retrain, withChampion, type Installation } from '@retrain/core/testing';
import { InstallationsOnPostgres } from '../testing/installations-on-postgres.js';

let postgres: InstallationsOnPostgres;

beforeAll(async () => {
  postgres = await InstallationsOnPostgres.open();
}, 60_000);

afterAll(() => postgres.close());

const check = (house: Installation) => house.get(EvaluateTriggersService).execute({ model: 'coin', actor: 'system' });
const champion = async (house: Installation) => (await house.models.alias('coin', 'champion'))?.version;

/** Answers of the champion whose outcomes then turn out to be the opposite of what it says. */
async function turnedBad(house: Installation, version: number, count: number): Promise<void> {
  const random = seededRandom(3);
  const occurredAt = house.clock.now();
  const answers = Array.from({ length: count }, () => {
    const heads = random() < 0.5;
    const given = { version, occurredAt, features: [heads ? 2 : -2, 0], scores: heads ? [0.88, 0.12] : [0.12, 0.88] };
    return { prediction: aPrediction({ ...given, id: crypto.randomUUID() }), outcome: heads ? 'tails' : 'heads' };
  });
  await house.predictions.insert(answers.map(({ prediction }) => prediction));
  await house.predictions.recordOutcomes(
    answers.map(({ prediction, outcome }) => anOutcome(prediction.id, { outcome, observedAt: occurredAt })),
  );
}

describe('a champion on probation on Postgres', () => {
  it('that does harm is rolled back by one check of many monitors, quarantined once, and does not come back with the next runs', async () => {
    const house = await withChampion({
      config: {
        enable_automatic_deployment: true,
        triggers: [],
        evaluation: { min_rows: 40, max_rows: 40, blocks: 1 },
        gates: [{ use: 'parity', with: {} }],
        training_data_from: '2020-06-10',
      },
      rows: (clock) => postgres.rows(clock),
    });
    expect((await retrain(house)).status).toBe('deployed');
    expect(await champion(house)).toBe(2);
    await turnedBad(house, 2, 20);

    const monitors = [house.process(), house.process(), house.process()];
    await Promise.allSettled(monitors.map((get) => get(WatchProbation).execute('coin')));
    await check(house);
    expect(await champion(house)).toBe(1);
    expect(await house.quarantines.list('coin')).toMatchObject([{ version: 2, by: 'system' }]);
    const types = ['deployment.rolled_back', 'version.quarantined', 'probation.ended'] as const;
    const told = await house.events.after(0, 1000, { types });
    expect(told.map(({ type }) => type)).toEqual([...types]);

    for (let cycle = 0; cycle < 3; cycle++) {
      expect((await retrain(house)).status).toBe('rejected');
      await check(house);
      expect(await champion(house)).toBe(1);
    }
  }, 60_000);
});
