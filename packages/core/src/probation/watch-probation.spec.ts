import { expectationOf } from '../deployment/version-loader.service.js';
import { PromoteVersionService } from '../deployment/promote-version.service.js';
import { RollbackService } from '../deployment/rollback.service.js';
import { aPrediction, anOutcome } from '../testing/builders.js';
import { coinModel } from '../testing/coin-model.js';
import type { Installation } from '../testing/installation.js';
import { retrain, withChampion } from '../testing/loop.js';
import { EvaluateTriggersService } from '../trigger/evaluate-triggers.service.js';
import { seededRandom } from '../statistic/random.js';
import { WatchProbation } from './watch-probation.service.js';

const auto = { config: { enable_automatic_deployment: true, triggers: [], gates: [{ use: 'parity', with: {} }] } };
const why = { model: 'coin', actor: 'key:ann', reason: 'because' };
const champion = async (house: Installation) => (await house.models.alias('coin', 'champion'))?.version;
const newest = async (house: Installation) => (await house.probations.list('coin', { limit: 1 })).items[0];
const check = (house: Installation, asOf?: Date) =>
  house.get(EvaluateTriggersService).execute({ model: 'coin', actor: 'system', asOf });
const told = async (
  house: Installation,
  ...types: ('probation.started' | 'probation.ended' | 'version.quarantined')[]
) => (await house.events.after(0, 1000, { types })).map(({ type, payload }) => ({ type, payload }));

/** Answers of the champion as it really scores, and what then happens: by the coin's law, or by its opposite. */
async function answer(house: Installation, rows: number, world: 'sound' | 'turned' = 'sound', seed = 1, asOf?: Date) {
  const version = (await house.models.version('coin', (await champion(house))!))!;
  const scorer = await house.loader.load(await house.artifacts.get(version.artifact), expectationOf(coinModel));
  const random = seededRandom(seed);
  const occurredAt = asOf ?? house.clock.now();
  for (let row = 0; row < rows; row++) {
    const tilt = 4 * (random() - 0.5);
    const scores = [...(await scorer.score(Float32Array.from([tilt, 0]), 1))];
    const given = { version: version.version, features: [tilt, 0], scores, occurredAt };
    const prediction = aPrediction({ ...given, input: { tilt } });
    await house.predictions.insert([prediction]);
    const heads = random() < 1 / (1 + Math.exp(world === 'sound' ? -tilt : tilt));
    const outcome = anOutcome(prediction.id, { outcome: heads ? 'heads' : 'tails', observedAt: occurredAt });
    await house.predictions.recordOutcomes([outcome]);
  }
  await scorer.release();
}

/** Version 2 has just been promoted in place of version 1, which knows nothing. */
async function promoted(asOf?: Date) {
  const house = await withChampion(auto);
  await retrain(house, asOf ? { asOf } : {});
  expect(await champion(house)).toBe(2);
  return house;
}

describe('probation', () => {
  it('takes a champion back that does harm, with the first check that can know it, and quarantines it', async () => {
    const house = await promoted();
    await answer(house, 40, 'turned');
    await check(house);
    expect(await champion(house)).toBe(1);
    expect(await newest(house)).toMatchObject({ version: 2, previousVersion: 1, status: 'rolled_back', outcomes: 40 });
    const { items } = await house.deployments.list('coin', { limit: 1 });
    expect(items[0]).toMatchObject({ kind: 'rollback', version: 1, requestedBy: 'system' });
    expect(items[0]?.reason).toContain('did harm on probation');
    expect(await told(house, 'probation.started', 'probation.ended', 'version.quarantined')).toMatchObject([
      { type: 'probation.started', payload: { version: 2, previousVersion: 1, outcomes: 200 } },
      { type: 'version.quarantined', payload: { version: 2 } },
      { type: 'probation.ended', payload: { version: 2, status: 'rolled_back', outcomes: 40 } },
    ]);
  });

  it('keeps it away over the next runs: they fit the same again, and are refused', async () => {
    const house = await promoted();
    await answer(house, 40, 'turned');
    await check(house);
    for (let cycle = 0; cycle < 3; cycle++) {
      expect((await retrain(house)).status).toBe('rejected');
      await check(house);
      expect(await champion(house)).toBe(1);
    }
  });

  it('passes a sound champion after its outcomes, and watches it no more', async () => {
    const house = await promoted();
    await answer(house, 150);
    await check(house);
    expect(await newest(house)).toMatchObject({ status: 'watching', outcomes: 150 });
    await answer(house, 50, 'sound', 2);
    await check(house);
    expect(await newest(house)).toMatchObject({ status: 'passed', outcomes: 200 });
    await answer(house, 40, 'turned', 3);
    await check(house);
    expect(await champion(house)).toBe(2);
  });

  it('calls no traffic what it is, and ends undecided when its days are over', async () => {
    const house = await promoted();
    await check(house);
    expect(await newest(house)).toMatchObject({ status: 'watching', reason: 'Not enough evidence: no outcome yet.' });
    house.clock.advance({ days: 30 });
    await check(house);
    expect(await newest(house)).toMatchObject({ status: 'undecided', outcomes: 0 });
    expect((await newest(house))?.reason).toContain('Not enough evidence within 30 days');
    expect(await champion(house)).toBe(2);
  });

  it('is none of a first champion, of a roll-back, nor where it is switched off', async () => {
    const first = await withChampion(auto);
    await check(first);
    expect(await newest(first)).toBeUndefined();
    const house = await promoted();
    await check(house);
    await house.get(RollbackService).execute(why);
    await check(house);
    expect((await house.probations.list('coin', { limit: 9 })).items).toMatchObject([{ status: 'superseded' }]);
    const off = await withChampion({
      config: {
        ...auto.config,
        deployment: { ...first.config.forModel('coin').deployment, probation: { outcomes: 0, days: 30, alpha: 0.01 } },
      },
    });
    await retrain(off);
    await answer(off, 40, 'turned');
    await check(off);
    expect(await champion(off)).toBe(2);
  });

  it('is superseded by the next promotion, which has its own', async () => {
    const house = await promoted();
    await check(house);
    await house.config.update({ seed: 5 }, 'test');
    await retrain(house);
    await check(house);
    const { items } = await house.probations.list('coin', { limit: 9 });
    expect(items.map(({ version, status }) => [version, status])).toEqual([
      [3, 'watching'],
      [2, 'superseded'],
    ]);
  });

  it('looked at by many at once ends once', async () => {
    const house = await promoted();
    await answer(house, 40, 'turned');
    const looks = [house.process(), house.process(), house.process()].map((get) => get(WatchProbation).execute('coin'));
    await Promise.allSettled(looks);
    await check(house);
    expect(await champion(house)).toBe(1);
    expect((await told(house, 'version.quarantined')).length).toBe(1);
    expect((await told(house, 'probation.ended')).length).toBe(1);
  });

  it('is watched on when the champion before cannot be brought back, and says why', async () => {
    const house = await promoted();
    await answer(house, 40, 'turned');
    house.artifacts.lose((await house.models.version('coin', 1))!.artifact.uri);
    await check(house);
    expect(await champion(house)).toBe(2);
    const stuck = await newest(house);
    expect(stuck?.status).toBe('watching');
    expect(stuck?.reason).toContain('could not be taken back');
  });

  it('of a replay goes on with the days of the replay only', async () => {
    const day = (text: string) => new Date(`${text}T00:00:00Z`);
    const house = await promoted(day('2020-07-10'));
    await answer(house, 40, 'turned', 1, day('2020-07-20'));
    await check(house);
    expect(await champion(house)).toBe(2);
    await check(house, day('2020-07-25'));
    expect(await champion(house)).toBe(1);
    expect(await newest(house)).toMatchObject({ status: 'rolled_back', asOf: day('2020-07-10') });
  });

  it('does not stand in the way of a person', async () => {
    const house = await promoted();
    await check(house);
    await house.get(PromoteVersionService).execute({ ...why, version: 1 });
    await check(house);
    expect(await champion(house)).toBe(1);
  });
});
