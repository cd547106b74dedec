import { aPrediction } from '../testing/builders.js';
import type { Installation } from '../testing/installation.js';
import { execute, request, withChampion } from '../testing/loop.js';
import { ReadAnswersService } from '../trigger/read-answers.service.js';
import { EvaluateTriggersService } from '../trigger/evaluate-triggers.service.js';

const triggers = [{ use: 'data_drift', with: {} }];
const key = { model: 'coin', version: 1, simulated: false };

/** Answers whose tilt is spread around `tilt`, far from the training rows when that is large. */
async function answer(house: Installation, count: number, tilt = 50, occurredAt = house.clock.now()): Promise<void> {
  const features = (index: number) => [tilt + (index % 7) - 3, 0];
  await house.predictions.insert(
    Array.from({ length: count }, (_, index) => aPrediction({ features: features(index), occurredAt })),
  );
}

async function check(house: Installation, more: { asOf?: Date; dryRun?: boolean } = {}) {
  const { verdicts } = await house.get(EvaluateTriggersService).execute({ model: 'coin', actor: 'system', ...more });
  return verdicts[0]!;
}

describe('keeping the watch over drift', () => {
  it('reads every row once, however many monitors check at once', async () => {
    const house = await withChampion({ config: { triggers: [] } });
    await house.config.update({ triggers }, 'test');
    const monitors = Array.from({ length: 10 }, () => house.process()(EvaluateTriggersService));
    for (let round = 0; round < 3; round++) {
      await answer(house, 70);
      house.clock.advance({ hours: 1 });
      await Promise.all(monitors.map((monitor) => monitor.execute({ model: 'coin', actor: 'system' })));
    }
    const watch = (await house.watches.find(key))!;
    expect(watch).toMatchObject({ seq: await house.predictions.lastSeq(), chunks: 1, pending: { rows: 70 } });
    expect(watch.blocks.map(({ profile }) => profile.rows)).toEqual([140]);
  });

  it('reads ahead between two checks, and a check judges what was read', async () => {
    const house = await withChampion({ config: { triggers } });
    const reading = house.get(ReadAnswersService);
    for (let minute = 0; minute < 3; minute++) {
      await answer(house, 50);
      house.clock.advance({ minutes: 1 });
      await reading.execute(new AbortController().signal);
    }
    const read = (await house.watches.find(key))!;
    expect(read).toMatchObject({ chunks: 0, pending: { rows: 150 }, revision: 3 });
    await reading.execute(new AbortController().signal);
    expect(await house.watches.find(key)).toEqual(read);
    expect(await check(house)).toMatchObject({ verdict: 'fired', n: 150 });
  });

  it('leaves no trace of a dry run', async () => {
    const house = await withChampion({ config: { triggers } });
    await answer(house, 150);
    expect(await check(house, { dryRun: true })).toMatchObject({ verdict: 'fired', n: 150 });
    expect(await house.watches.find(key)).toBeUndefined();
  });

  it('asks until a run has judged a candidate, and not again for the same drift', async () => {
    const house = await withChampion({ config: { triggers, min_validation_accuracy: 0 } });
    await answer(house, 150);
    house.clock.advance({ hours: 1 });
    expect(await check(house)).toMatchObject({ verdict: 'fired' });
    expect(await check(house)).toMatchObject({ verdict: 'fired', n: 150 });
    await house.config.update({ min_validation_accuracy: 1 }, 'test');
    const run = await execute(house, (await house.runs.active('coin'))!.id);
    expect(run.status).toBe('rejected');
    expect(await check(house)).toMatchObject({
      verdict: 'insufficient_data',
      n: 0,
      evidence: { answered: { run_id: run.id } },
    });
    await answer(house, 150);
    house.clock.advance({ hours: 1 });
    const again = await check(house);
    expect(again).toMatchObject({ verdict: 'clear', score: 0, evidence: { drift_score: 1 } });
    expect(again.reason).toContain(`when run ${run.id} judged a candidate: answered`);
    await answer(house, 150, 90);
    house.clock.advance({ hours: 1 });
    expect(await check(house)).toMatchObject({ verdict: 'fired' });
  });

  it('reads a row of a later event when a replay has come to its day', async () => {
    const house = await withChampion({ config: { triggers } });
    const day = (days: number) => new Date(house.clock.now().getTime() + (days - 20) * 86_400_000);
    await answer(house, 60, 50, day(1));
    await answer(house, 60, 50, day(9));
    await answer(house, 60, 50, day(2));
    expect(await check(house, { asOf: day(3) })).toMatchObject({ n: 120 });
    expect(await check(house, { asOf: day(5) })).toMatchObject({ n: 120 });
    await check(house, { asOf: day(10) });
    expect(await house.watches.find({ ...key, simulated: true })).toMatchObject({ pending: { rows: 60 }, at: day(10) });
    expect(await house.watches.find(key)).toBeUndefined();
  });

  it('looks at a day before the replay’s newest afresh, and leaves the watch alone', async () => {
    const house = await withChampion({ config: { triggers } });
    const day = (days: number) => new Date(house.clock.now().getTime() + (days - 20) * 86_400_000);
    await answer(house, 120, 50, day(1));
    await answer(house, 120, 50, day(5));
    await check(house, { asOf: day(6) });
    const kept = await house.watches.find({ ...key, simulated: true });
    expect(await check(house, { asOf: day(2) })).toMatchObject({ n: 120 });
    expect(await house.watches.find({ ...key, simulated: true })).toEqual(kept);
  });

  it('counts the champion’s own answers only, from its run on', async () => {
    const house = await withChampion({ config: { triggers } });
    await house.predictions.insert([aPrediction({ arm: 'shadow' }), aPrediction({ version: 7 })]);
    await answer(house, 3);
    expect(await check(house)).toMatchObject({ verdict: 'insufficient_data', n: 3 });
  });

  it('begins anew with a new champion', async () => {
    const house = await withChampion({ config: { triggers, enable_automatic_deployment: true } });
    await answer(house, 150);
    await check(house);
    await execute(house, (await house.runs.active('coin'))!.id);
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(2);
    await answer(house, 30);
    expect(await check(house)).toMatchObject({ verdict: 'insufficient_data' });
    expect(await house.watches.find({ ...key, version: 2 })).toMatchObject({ chunks: 0 });
    await request(house);
  });
});
