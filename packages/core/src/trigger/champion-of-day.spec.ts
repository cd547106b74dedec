import { RollbackService } from '../deployment/rollback.service.js';
import { aPrediction, anOutcome } from '../testing/builders.js';
import type { Installation } from '../testing/installation.js';
import { retrain, withChampion } from '../testing/loop.js';
import { EvaluateTriggersService } from './evaluate-triggers.service.js';

const config = {
  triggers: [{ use: 'performance_degradation', with: {} }],
  enable_automatic_deployment: true,
  min_new_predictions: 10,
};

/** Answers of the serving version about an event of the day, with their outcomes. */
async function answer(house: Installation, version: number, day: Date, count = 20): Promise<void> {
  const rows = Array.from({ length: count }, () => aPrediction({ version, occurredAt: day }));
  await house.predictions.insert(rows);
  await house.predictions.recordOutcomes(rows.map(({ id }) => anOutcome(id, { observedAt: day })));
}

const checkOf = async (house: Installation, day: Date) => {
  const service = house.get(EvaluateTriggersService);
  const { decision, verdicts } = await service.execute({ model: 'coin', asOf: day, dryRun: true, actor: 'system' });
  const [verdict] = verdicts;
  return { decision, n: verdict?.n, version: verdict?.evidence['champion_version'] };
};

describe('a check as of a past day judges the champion of that day', () => {
  it('where a later one serves by now', async () => {
    const house = await withChampion({ config });
    await answer(house, 1, house.clock.now());
    const before = house.clock.advance({ days: 1 });
    house.clock.advance({ days: 1 });
    expect(await retrain(house)).toMatchObject({ status: 'deployed', candidateVersion: 2 });
    house.clock.advance({ days: 1 });
    await answer(house, 2, house.clock.now(), 30);
    expect(await checkOf(house, before)).toMatchObject({ version: 1, n: 20 });
    expect(await checkOf(house, house.clock.now())).toMatchObject({ version: 2, n: 30 });
  });

  it('where it was rolled back to an earlier one since', async () => {
    const house = await withChampion({ config });
    await answer(house, 1, house.clock.now());
    await retrain(house);
    house.clock.advance({ days: 1 });
    await answer(house, 2, house.clock.now(), 30);
    const before = house.clock.advance({ days: 1 });
    house.clock.advance({ days: 1 });
    await house.get(RollbackService).execute({ model: 'coin', actor: 'api', reason: 'worse' });
    house.clock.advance({ days: 1 });
    await answer(house, 1, house.clock.now(), 15);
    expect(await checkOf(house, before)).toMatchObject({ version: 2, n: 30 });
    expect(await checkOf(house, house.clock.now())).toMatchObject({ version: 1 });
  });

  it('and nobody on a day before the first', async () => {
    const house = await withChampion({ config });
    await answer(house, 1, house.clock.now());
    expect(await checkOf(house, new Date('2023-06-01'))).toMatchObject({ decision: 'no_champion' });
  });
});

describe('a replay of past days judges the champion that plays them', () => {
  const played = (day: string) => new Date(`2020-${day}T00:00:00Z`);

  it('the one that was put there on the wall clock, then those that the replay has put there', async () => {
    const house = await withChampion({ config });
    await answer(house, 1, played('08-01'));
    expect(await checkOf(house, played('08-02'))).toMatchObject({ version: 1, n: 20 });
    expect(await retrain(house, { asOf: played('08-02') })).toMatchObject({ status: 'deployed' });
    expect(await checkOf(house, played('08-02'))).toMatchObject({ version: 2, n: 0 });
    house.clock.advance({ seconds: 1 });
    await answer(house, 2, played('08-08'), 30);
    expect(await checkOf(house, played('08-09'))).toMatchObject({ version: 2, n: 30 });
  });

  it('also after a person has rolled back in the middle of it, and when the same days are played again', async () => {
    const house = await withChampion({ config });
    await answer(house, 1, played('08-01'));
    await retrain(house, { asOf: played('08-02') });
    house.clock.advance({ seconds: 1 });
    await answer(house, 2, played('08-08'));
    house.clock.advance({ seconds: 1 });
    await house.get(RollbackService).execute({ model: 'coin', actor: 'api', reason: 'worse' });
    house.clock.advance({ seconds: 1 });
    await answer(house, 1, played('08-15'));
    expect(await checkOf(house, played('08-16'))).toMatchObject({ version: 1, n: 40 });
    await answer(house, 1, played('08-02'));
    expect(await checkOf(house, played('08-03'))).toMatchObject({ version: 1 });
  });
});

it.each(['check', 'trigger'])(
  'a day of the future is refused by %s; a clock that is a little ahead is not',
  async (by) => {
    const house = await withChampion({ config });
    const ask = (asOf: Date) =>
      by === 'check'
        ? house.get(EvaluateTriggersService).execute({ model: 'coin', asOf, actor: 'api' })
        : retrain(house, { asOf });
    const ahead = (minutes: number) => new Date(house.clock.now().getTime() + minutes * 60_000);
    await expect(ask(ahead(24 * 60))).rejects.toMatchObject({ kind: 'invalid', code: 'as_of_in_future' });
    expect(await house.runs.count('coin')).toBe(1);
    await expect(ask(ahead(1))).resolves.toBeDefined();
  },
);
