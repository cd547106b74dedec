import { PromoteVersionService } from '../deployment/promote-version.service.js';
import { RollbackService } from '../deployment/rollback.service.js';
import { trainOutput } from '../run/outputs.js';
import { ReproduceRunService } from '../run/reproduce-run.service.js';
import { GatherProbation } from '../probation/gather-probation.service.js';
import { RecordOutcomesService } from '../prediction/record-outcomes.service.js';
import { builtinPlugin } from '../plugin/builtin.js';
import { PluginRegistry } from '../plugin/registry.js';
import { ChampionHolder } from '../serving/champion-holder.service.js';
import { LiveState } from '../serving/live-state.service.js';
import { ServePredictionService } from '../serving/serve-prediction.service.js';
import { coinModel } from '../testing/coin-model.js';
import type { Installation } from '../testing/installation.js';
import { execute, request, withChampion } from '../testing/loop.js';
import { tinySoftmax } from '../testing/tiny-softmax.js';
import { EvaluateTriggersService } from '../trigger/evaluate-triggers.service.js';
import type { Feature } from './feature-schema.js';
import { defineModel, type ModelDefinition } from './model-definition.js';

const never = new AbortController().signal;
const [tilt, run] = coinModel.schema.features as [Feature, Feature];
const wind: Feature = { name: 'wind', kind: 'numeric', drift: true };

/** The coin with other features, computed as ever; the wind says nothing. */
function coinWith(features: readonly Feature[]): ModelDefinition {
  return defineModel({
    ...coinModel,
    schema: { features },
    createState() {
      const state = coinModel.createState();
      return {
        features(input) {
          const { values, warnings } = state.features(input);
          const known = new Map([
            ['tilt', values[0]!],
            ['run', values[1]!],
            ['wind', 10 + (values[0]! % 1)],
          ]);
          return { values: features.map(({ name }) => known.get(name)!), warnings };
        },
        observe: (records) => state.observe(records),
        describe: () => state.describe(),
      };
    },
  });
}

/** The same installation after a new release of the plug-in: every process has been started anew. */
function upgraded(house: Installation, features: readonly Feature[]): Installation {
  const models = [coinWith(features)];
  const plugins = new PluginRegistry([builtinPlugin, { name: 'testing', models, trainers: [tinySoftmax] }]);
  return { ...house, plugins, get: house.process({ plugins }) };
}

async function answer(house: Installation, given: unknown = { tilt: 0.7 }) {
  await house.get(ChampionHolder).refresh('coin');
  await house.get(LiveState).refresh('coin');
  const instance = {
    path: '',
    ...(given instanceof Object && 'tilt' in given ? { input: given } : { features: given }),
  };
  const [prediction] = await house.get(ServePredictionService).execute('coin', [instance]);
  return prediction!;
}

async function retrained(house: Installation) {
  return execute(house, (await request(house)).id);
}

const improvementOf = async (house: Installation, runId: string) => {
  const { result } = (await house.runs.find(runId))!;
  const gates = (result as unknown as { gates: { gate: string; code: string; reason: string; accepted: boolean }[] })
    .gates;
  return gates.find(({ gate }) => gate === 'improvement')!;
};

const auto = { config: { enable_automatic_deployment: true } };

describe('a model that computes a new feature', () => {
  const more = [wind, run, tilt];

  it('goes on answering by its champion, which reads what it was fitted on, in its own order', async () => {
    const house = await withChampion({ config: { trainers: [{ use: 'tiny_softmax', with: { steps: 12 } }] } });
    const before = await answer(house);
    const after = await answer(upgraded(house, more));
    expect(after).toMatchObject({ version: before.version, scores: before.scores });
    expect([after.featureNames, after.features]).toEqual([['tilt', 'run'], before.features]);
    const byName = await answer(upgraded(house, more), { run: before.features[1], wind: 3, tilt: 0.7 } as object);
    expect(byName.scores).toEqual(before.scores);
  });

  it('is retrained with it; champion and candidate are compared on the same rows, each by what it reads', async () => {
    const house = upgraded(await withChampion(auto), more);
    const first = await house.models.version('coin', 1);
    expect(first?.lineage.features?.map(({ name }) => name)).toEqual(['tilt', 'run']);
    house.fitting.jobs.length = 0;
    const trained = await retrained(house);
    expect(trained.failure).toBeUndefined();
    expect(trainOutput(trained).championMetrics).toBeDefined();
    // The champion's recipe is refitted on its own features where the champion knows the rows already.
    const widths = new Set(
      house.fitting.jobs.map(
        ({ dataset, recipe }) =>
          `${String(recipe.with['steps'])}: ${dataset.schema.features.map(({ name }) => name).join()}`,
      ),
    );
    expect([...widths].sort()).toEqual(['0: tilt,run', '12: wind,run,tilt']);
    const gate = await improvementOf(house, trained.id);
    expect(gate).toMatchObject({ accepted: true });
    expect(gate.reason).toMatch(/features have changed since the champion.*It reads wind too\.$/);
    expect(trained.status).toBe('deployed');
    const now = await answer(house);
    expect(now).toMatchObject({ version: 2, featureNames: ['wind', 'run', 'tilt'] });
  });

  it('can be reproduced, before and after, and rolled back without a loss', async () => {
    const old = await withChampion(auto);
    const before = await answer(old);
    const house = upgraded(old, more);
    const trained = await retrained(house);
    for (const one of [house, old]) {
      await one.get(ReproduceRunService).execute(trained.id, 'api', never);
      const [event] = await house.events.before(undefined, 1, { types: ['run.reproduced'] });
      expect(event).toMatchObject({ payload: { identical: true } });
    }
    await house.get(RollbackService).execute({ model: 'coin', actor: 'cli', reason: 'spec' });
    expect(await answer(house)).toMatchObject({ version: 1, scores: before.scores, features: before.features });
  });

  it('is on probation beside the champion before, which scores what the new one has read', async () => {
    const house = upgraded(await withChampion(auto), more);
    expect((await retrained(house)).status).toBe('deployed');
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) ids.push((await answer(house, { tilt: n / 10, at: '2024-03-01T00:00:00Z' })).id);
    house.clock.advance({ days: 60 });
    const reports = ids.map((predictionId) => ({ predictionId, outcome: 'heads' }));
    await house.get(RecordOutcomesService).execute('coin', reports, 'api');
    const { items } = await house.models.aliasMoves('coin', 'champion', { limit: 1 });
    const { id: moveId, version, movedAt } = items[0]!;
    const rules = house.config.forModel('coin').deployment.probation;
    const begun = {
      status: 'watching' as const,
      outcomes: 0,
      reason: 'x',
      evidence: {},
      startedAt: movedAt,
      asOf: movedAt,
    };
    const probation = { model: 'coin', moveId, version, previousVersion: 1, rules, ...begun };
    const { pairs } = await house.get(GatherProbation).execute(probation, house.clock.now());
    expect(pairs).toHaveLength(12);
  });

  it('is judged for drift by what its champion reads: old answers and new ones together, nothing that has no other side', async () => {
    const config = { min_new_predictions: 20, triggers: [{ use: 'data_drift', with: {} }] };
    const house = await withChampion({ config });
    for (let n = 0; n < 15; n++) await answer(house, { tilt: n / 10 });
    const later = upgraded(house, more);
    for (let n = 0; n < 15; n++) await answer(later, { tilt: n / 10 });
    const { verdicts } = await later.get(EvaluateTriggersService).execute({ model: 'coin', actor: 'system' });
    expect(verdicts[0]?.verdict).not.toBe('error');
    const told = JSON.stringify(verdicts[0]);
    expect(told).toContain('"tilt"');
    expect(told).not.toContain('wind');
    expect(verdicts[0]?.n).toBe(30);
  });
});

describe('a model that no longer computes a feature of its champion', () => {
  it('says which, and what to do, instead of guessing; a candidate is judged and not let through by itself', async () => {
    const house = upgraded(await withChampion(auto), [tilt, wind]);
    const champions = house.get(ChampionHolder);
    await champions.refresh('coin');
    const told = 'Version 1 of "coin" reads run, which the model computes no more. Let the model compute';
    expect(champions.status('coin')).toMatchObject({
      unreadable: { version: 1, message: expect.stringContaining(told) as string },
    });
    await expect(answer(house)).rejects.toMatchObject({ code: 'no_champion' });
    const trained = await retrained(house);
    expect(trained.status).toBe('rejected');
    const gate = await improvementOf(house, trained.id);
    expect(gate).toMatchObject({ accepted: false, code: 'champion_unreadable' });
    expect(gate.reason).toContain(told);
  });

  it('answers again once a person has promoted a candidate, or the feature is back', async () => {
    const old = await withChampion(auto);
    const house = upgraded(old, [tilt, wind]);
    await retrained(house);
    expect(await answer(old)).toMatchObject({ version: 1 });
    await house
      .get(PromoteVersionService)
      .execute({ model: 'coin', version: 2, actor: 'key:ann', reason: 'no run any more' });
    expect(await answer(house)).toMatchObject({ version: 2, featureNames: ['tilt', 'wind'] });
    const refused = house.get(RollbackService).execute({ model: 'coin', actor: 'cli', reason: 'spec' });
    await expect(refused).rejects.toMatchObject({ code: 'schema_mismatch' });
  });
});

describe('a version whose row does not tell what it reads', () => {
  it('answers for the very features it was fitted on, and for no others', async () => {
    const house = await withChampion();
    const known = (await house.models.version('coin', 1))!;
    const { features: _, ...lineage } = known.lineage;
    const { version } = await house.models.addVersion({ ...known, runId: undefined, lineage });
    const promote = (one: Installation) =>
      one.get(PromoteVersionService).execute({ model: 'coin', version, actor: 'cli', reason: 'spec' });
    await expect(promote(upgraded(house, [tilt, run, wind]))).rejects.toMatchObject({ code: 'schema_mismatch' });
    await promote(house);
    expect(await answer(house)).toMatchObject({ version });
  });
});
