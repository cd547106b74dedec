import { runStages } from '@retrain/core';
import { hasRedis } from '@retrain/infra/testing';
import { Caller } from './caller.js';
import { faults } from './faults.js';
import { plannedRounds } from './play.js';
import { playRound } from './round.js';
import { World } from './world.js';

/** The short form of `npm run chaos`: every fault once, each in another stage. */
const rounds = faults.map((fault, place) => {
  const stage = runStages[(place + 1) % runStages.length]!;
  return { fault, stage, seed: 100 + place };
});

describe('a run that meets a fault ends rightly, once, while every answer comes from one whole version', () => {
  let world: World;
  let caller: Caller;

  beforeAll(async () => {
    world = await World.open();
    caller = new Caller(world.system);
  }, 150_000);

  afterAll(async () => {
    await caller?.stop();
    await world?.close();
  }, 60_000);

  it.each(rounds)(
    '$fault.name, in stage $stage',
    async (round) => {
      if ((round.fault.needs === 'disk' && !world.disk) || (round.fault.needs === 'redis' && !hasRedis())) {
        console.log(`skip  ${round.fault.name}: it needs the right to mount, or a redis-server`);
        return;
      }
      expect(await playRound(world, round)).toMatchObject({ problems: [] });
      expect(caller.mixed).toEqual([]);
    },
    200_000,
  );

  it('no answer is missing in the end', async () => {
    await caller.stop();
    const recorded = () =>
      world.count('SELECT count(*) FROM predictions WHERE id = ANY($1::uuid[])', [caller.answered]);
    expect(caller.answered.length).toBeGreaterThan(100);
    await world.system.eventually('every answer to be recorded', async () => {
      return (await recorded()) === caller.answered.length;
    });
  }, 90_000);
});

describe('the plan of the long form', () => {
  it('holds every fault in every stage equally often, and is the same for the same seed', () => {
    const plan = plannedRounds(3, 7);
    const pairs = new Map<string, number>();
    for (const { fault, stage } of plan) {
      pairs.set(`${fault.name} ${stage}`, (pairs.get(`${fault.name} ${stage}`) ?? 0) + 1);
    }
    expect(pairs.size).toBe(faults.length * runStages.length);
    expect(new Set(pairs.values())).toEqual(new Set([3]));
    expect(new Set(plan.map(({ seed }) => seed)).size).toBe(plan.length);
    expect(plannedRounds(3, 7)).toEqual(plan);
    expect(plannedRounds(3, 8)).not.toEqual(plan);
  });
});
