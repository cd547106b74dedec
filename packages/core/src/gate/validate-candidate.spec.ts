import { validateOutput } from '../run/outputs.js';
import { PromoteVersionService } from '../deployment/promote-version.service.js';
import { eventsOf, execute, publishedModel, request, retrain, withChampion } from '../testing/loop.js';

const auto = { config: { enable_automatic_deployment: true } };

describe('an unreadable champion', () => {
  it.each(['lose', 'corrupt'] as const)('makes the gate fail closed (%s)', async (damage) => {
    const house = await withChampion(auto);
    const before = publishedModel(house);
    house.artifacts[damage]((await house.models.version('coin', 1))!.artifact.uri);
    const run = await retrain(house);
    expect(run.status).toBe('rejected');
    const improvement = validateOutput(run).verdicts.find(({ gate }) => gate === 'improvement');
    expect(improvement).toMatchObject({ accepted: false, code: 'champion_unreadable' });
    expect(run.outputs.backup).toMatchObject({ version: 1, problem: expect.any(String) });
    expect(await eventsOf(house, run.id)).toContain('champion.unreadable');
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
    expect(publishedModel(house)).toBe(before);
  });

  it('that becomes unreadable after it was scored is noticed all the same', async () => {
    const house = await withChampion(auto);
    const { uri } = (await house.models.version('coin', 1))!.artifact;
    const begin = house.runs.beginStage.bind(house.runs);
    house.runs.beginStage = (...given) => {
      if (given[2] === 'validate') house.artifacts.lose(uri);
      return begin(...given);
    };
    const run = await retrain(house);
    expect(validateOutput(run).verdicts.some(({ code }) => code === 'champion_unreadable')).toBe(true);
  });
});

describe('every gate that comes with the product', () => {
  it('has what it needs to judge a real candidate', async () => {
    const rules = [
      { use: 'segments', with: { by: 'tilt', delta: 1, min_rows: 10 } },
      { use: 'latency', with: { max_ms: 1000 } },
    ];
    const gates = [...rules, { use: 'schema', with: {} }, { use: 'calibration', with: { max_excess: 1 } }];
    const house = await withChampion(auto);
    await house.config.update({ gates }, 'test');
    const run = await retrain(house);
    const codes = ['no_segment_worse', 'fast_enough', 'schema_kept', 'calibrated'];
    expect(validateOutput(run).verdicts.map(({ code }) => code)).toEqual(codes);
    expect(run.status).toBe('deployed');
  });
});

describe('a champion that changes while the candidate is judged', () => {
  it('the candidate is not promoted over a version it was never compared with', async () => {
    const house = await withChampion(auto);
    const { id } = await request(house);
    const begin = house.runs.beginStage.bind(house.runs);
    let moved = false;
    house.runs.beginStage = async (...given) => {
      if (given[2] === 'validate' && !moved) {
        moved = true;
        await house.get(PromoteVersionService).execute({ model: 'coin', version: 2, actor: 'ann', reason: 'now' });
      }
      return begin(...given);
    };
    const run = await execute(house, id);
    expect(run).toMatchObject({ status: 'rejected', result: { deployed: false } });
    expect(String(run.result?.['ended_because'])).toMatch(/version 1.*but now version 2/);
    const { items } = await house.models.aliasMoves('coin', 'champion', { limit: 9 });
    expect(items[0]?.actor).toBe('ann');
  });
});
