import type { Json } from '../shared/json.js';
import type { Installation } from '../testing/installation.js';
import { execute, retrain, withChampion } from '../testing/loop.js';
import { EvaluateTriggersService } from './evaluate-triggers.service.js';
import { defineTrigger, type TriggerVerdictKind } from './trigger-definition.js';

const row = (options: Record<string, Json> = {}) => ({
  use: 'in_a_row',
  with: { trigger: 'moody', times: 3, ...options },
});

/** A champion and a trigger `moody` that says what `mood` is. */
async function withMood(triggers = [row()], config: object = {}) {
  const house = await withChampion({ config });
  const mood: { says: TriggerVerdictKind } = { says: 'fired' };
  const moody = defineTrigger({
    name: 'moody',
    description: 'As told.',
    parseOptions: (raw) => ({ ...raw }),
    evaluate: () => ({ verdict: mood.says, reason: `It is ${mood.says}.`, evidence: {} }),
  });
  house.plugins.register({ name: 'moody', triggers: [moody] });
  await house.config.update({ triggers }, 'test');
  const check = async (says: TriggerVerdictKind = 'fired', more: { asOf?: Date; dryRun?: boolean } = {}) => {
    mood.says = says;
    house.clock.advance({ hours: 1 });
    return look(house, more);
  };
  return { house, check };
}

async function look(house: Installation, more: { asOf?: Date; dryRun?: boolean } = {}, get = house.get) {
  const evaluation = await get(EvaluateTriggersService).execute({ model: 'coin', actor: 'system', ...more });
  const [verdict] = evaluation.verdicts;
  return { ...evaluation, said: [verdict!.verdict, verdict!.score] };
}

describe('a trigger that must fire in a row', () => {
  it('fires at the check that completes the row, and not one before', async () => {
    const { check } = await withMood();
    expect((await check()).said).toEqual(['clear', 1]);
    expect((await check()).said).toEqual(['clear', 2]);
    expect(await check()).toMatchObject({ said: ['fired', 3], decision: 'run_requested' });
  });

  it.each(['clear', 'insufficient_data', 'error'] as const)('begins anew after %s', async (otherwise) => {
    const { check } = await withMood();
    await check();
    await check();
    expect((await check(otherwise)).said).toEqual([otherwise, 0]);
    expect((await check()).said).toEqual(['clear', 1]);
  });

  it('goes on after a restart', async () => {
    const { house, check } = await withMood();
    await check();
    await check();
    house.clock.advance({ hours: 1 });
    expect((await look(house, {}, house.process())).said).toEqual(['fired', 3]);
  });

  it('counts checks that follow each other at once as one, and dry runs not at all', async () => {
    const { house, check } = await withMood();
    await check();
    for (let again = 0; again < 5; again++) expect((await look(house)).said).toEqual(['clear', 1]);
    house.clock.advance({ hours: 1 });
    for (let again = 0; again < 5; again++) expect((await look(house, { dryRun: true })).said).toEqual(['clear', 2]);
    expect((await look(house)).said).toEqual(['clear', 2]);
  });

  it('counts no check before the last run, but those before one that failed', async () => {
    const { house, check } = await withMood([row()], { min_days_between_retraining: 0 });
    await check();
    await check();
    house.fitting.before = () => Promise.reject(new Error('broken'));
    expect(await execute(house, (await check()).runId!)).toMatchObject({ status: 'failed' });
    house.fitting.before = () => Promise.resolve();
    const again = await check();
    expect(again).toMatchObject({ said: ['fired', 4], decision: 'run_requested' });
    expect((await check()).said).toEqual(['clear', 1]);
    await execute(house, again.runId!);
    expect((await check()).said).toEqual(['clear', 2]);
  });

  it('counts no check of another champion', async () => {
    const { house, check } = await withMood([row()], { enable_automatic_deployment: true });
    const promote = await retrain(house);
    expect(promote).toMatchObject({ status: 'deployed', candidateVersion: 2 });
    await check();
    await check();
    const revision = (await house.models.alias('coin', 'champion'))!.revision;
    const move = { model: 'coin', alias: 'champion', actor: 'api', reason: 'spec', asOf: house.clock.now() } as const;
    await house.models.moveAlias({ ...move, version: 1, expectedRevision: revision });
    expect((await check()).said).toEqual(['clear', 1]);
    await house.models.moveAlias({ ...move, version: 2, expectedRevision: revision + 1 });
    expect((await check()).said).toEqual(['clear', 1]);
  });

  it('does not mix checks of now with those of a replay, nor one trigger with another', async () => {
    const { house, check } = await withMood();
    const day = (n: number) => new Date(Date.UTC(2024, 0, n));
    await check();
    expect((await check('fired', { asOf: day(10) })).said).toEqual(['clear', 1]);
    expect((await check('fired', { asOf: day(11) })).said).toEqual(['clear', 2]);
    expect((await check()).said).toEqual(['clear', 2]);
    expect((await check('fired', { asOf: day(9) })).said).toEqual(['clear', 1]);
    await house.config.update({ triggers: [row({ trigger: { use: 'moody', with: { other: true } } })] }, 'test');
    expect((await check()).said).toEqual(['clear', 1]);
  });

  it('also within other triggers', async () => {
    const { check } = await withMood([{ use: 'any_of', with: { triggers: [row({ times: 2 })] } }] as never);
    expect((await check()).said).toEqual(['clear', 0]);
    expect((await check()).said).toEqual(['fired', 1]);
  });
});
