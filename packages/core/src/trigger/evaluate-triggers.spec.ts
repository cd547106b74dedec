import { defineTrigger, type TriggerVerdictKind } from './trigger-definition.js';
import { aPrediction, anOutcome } from '../testing/builders.js';
import type { Installation, InstallationOptions } from '../testing/installation.js';
import { eventsOf, execute, request, withChampion } from '../testing/loop.js';
import { EvaluateTriggersService } from './evaluate-triggers.service.js';

const actor = 'system';
const uses = (...names: string[]) => names.map((use) => ({ use, with: {} }));

/** A champion, triggers that say what a test wants, and no other ones. */
async function withTriggers(said: Record<string, TriggerVerdictKind | Error>, options: InstallationOptions = {}) {
  const house = await withChampion(options);
  for (const [name, verdict] of Object.entries(said)) {
    const trigger = defineTrigger({
      name,
      description: name,
      parseOptions: () => ({}),
      evaluate: () => {
        if (verdict instanceof Error) throw verdict;
        return { verdict, reason: `${name} says ${verdict}.`, evidence: {} };
      },
    });
    house.plugins.register({ name, triggers: [trigger] });
  }
  await house.config.update({ triggers: uses(...Object.keys(said)) }, 'test');
  return house;
}

const check = (house: Installation, more: object = {}) =>
  house.get(EvaluateTriggersService).execute({ model: 'coin', actor, ...more });

async function answer(house: Installation, count: number, at = house.clock.now()): Promise<void> {
  const features = (index: number) => [(index % 7) - 3, 0];
  const rows = Array.from({ length: count }, (_, index) => aPrediction({ features: features(index), occurredAt: at }));
  await house.predictions.insert(rows);
  await house.predictions.recordOutcomes(rows.map(({ id }) => anOutcome(id, { observedAt: at })));
}

describe('checking the triggers', () => {
  it('several triggers together make one event and one run', async () => {
    const house = await withTriggers({ one: 'fired', two: 'clear', three: 'fired' });
    const evaluation = await check(house);
    expect(evaluation).toMatchObject({ decision: 'run_requested' });
    const run = (await house.runs.find(evaluation.runId!))!;
    expect(run).toMatchObject({ triggers: ['one', 'three'], status: 'queued', forced: false });
    const fired = await house.events.after(0, 100, { types: ['trigger.fired'] });
    expect(fired).toHaveLength(1);
    expect(fired[0]).toMatchObject({
      runId: run.id,
      payload: { triggers: ['one', 'three'], evaluationId: evaluation.id },
    });
    expect(await house.evaluations.countFired('coin')).toBe(1);
    expect(house.jobs.take('retrain')).toBeDefined();
  });

  it('a thousand signals in a minute make exactly one run; the rest is recorded as coalesced', async () => {
    const house = await withTriggers({ one: 'fired' });
    const monitors = [house.process(), house.process(), house.process()].map((get) => get(EvaluateTriggersService));
    const signals = Array.from({ length: 1000 }, (_, index) => monitors[index % 3]!.execute({ model: 'coin', actor }));
    const decisions = (await Promise.all(signals)).map(({ decision }) => decision);
    expect(decisions.filter((decision) => decision === 'run_requested')).toHaveLength(1);
    expect(decisions.filter((decision) => decision === 'coalesced')).toHaveLength(999);
    expect((await house.runs.active('coin'))?.coalesced).toBe(999);
    expect(await house.runs.count('coin')).toBe(2);
  });

  it('a trigger that fires within the cool-down is recorded, and says until when it is held back', async () => {
    const house = await withTriggers({ one: 'fired' });
    const run = await execute(house, (await request(house)).id);
    const evaluation = await check(house);
    const until = new Date(run.requestedAt.getTime() + 7 * 86_400_000);
    expect(evaluation).toMatchObject({ decision: 'cooling_down', cooldownUntil: until });
    expect(await house.runs.count('coin')).toBe(2);
    expect(await house.evaluations.latest('coin')).toMatchObject({ decision: 'cooling_down' });
  });

  it('one that throws says error and does not silence the others', async () => {
    const house = await withTriggers({ broken: new Error('a bug'), one: 'fired' });
    const { verdicts, decision } = await check(house);
    expect(verdicts[0]).toMatchObject({
      trigger: 'broken',
      verdict: 'error',
      reason: expect.stringContaining('a bug'),
    });
    expect(decision).toBe('run_requested');
  });

  it('an unknown trigger says error with a hint', async () => {
    const house = await withTriggers({ one: 'clear' });
    await house.config.update({ triggers: uses('on') }, 'test');
    expect((await check(house)).verdicts[0]?.reason).toMatch(/Did you mean "one"/);
  });

  it('nothing fired, nothing happens, but the check is kept', async () => {
    const house = await withTriggers({ one: 'clear', two: 'insufficient_data' });
    const { id, decision } = await check(house);
    expect(decision).toBe('no_trigger');
    expect((await house.evaluations.latest('coin'))?.id).toBe(id);
    expect(await house.runs.count('coin')).toBe(1);
  });

  it('a scheduled check is let go when monitoring was stopped after it was queued, or the model is unknown', async () => {
    const house = await withTriggers({ one: 'clear' });
    const due = (model: string) => house.get(EvaluateTriggersService).executeDue(model);
    expect(await due('coin')).toMatchObject({ decision: 'no_trigger' });
    const before = await house.evaluations.latest('coin');
    await house.models.setMonitoring('coin', false);
    expect(await due('coin')).toBeUndefined();
    expect(await due('stranger')).toBeUndefined();
    expect(await house.evaluations.latest('coin')).toEqual(before);
  });

  it('a dry run judges and tells, but writes nothing', async () => {
    const house = await withTriggers({ one: 'fired' });
    const before = await house.events.after(0, 1000);
    const { decision, verdicts } = await check(house, { dryRun: true });
    expect([decision, verdicts[0]?.verdict]).toEqual(['dry_run', 'fired']);
    expect(await house.evaluations.latest('coin')).toBeUndefined();
    expect(await house.events.after(0, 1000)).toEqual(before);
    expect(await house.runs.count('coin')).toBe(1);
  });

  it('nothing is judged before there is a champion', async () => {
    const house = await withTriggers({ one: 'fired' });
    await house.models.ensure('empty', 'coin');
    await house.config.update({ models: { coin: { definition: 'coin' }, empty: { definition: 'coin' } } }, 'test');
    const evaluation = await house.get(EvaluateTriggersService).execute({ model: 'empty', actor });
    expect(evaluation).toMatchObject({ decision: 'no_champion', verdicts: [] });
  });

  it('a check as of a day of the past asks for a run of that day', async () => {
    const house = await withTriggers({ one: 'fired' });
    const asOf = new Date('2024-01-20T00:00:00Z');
    const { runId } = await check(house, { asOf });
    expect(await house.runs.find(runId!)).toMatchObject({ asOf, simulated: true });
    expect(await eventsOf(house, runId!)).toEqual(['run.requested', 'trigger.fired']);
  });
});

describe('the built-in triggers on a real champion', () => {
  it('volume fires at the limit and not one below', async () => {
    const house = await withChampion({
      config: { triggers: uses('data_volume'), max_predictions_without_retraining: 150 },
    });
    await answer(house, 149);
    expect((await check(house)).verdicts[0]).toMatchObject({ verdict: 'clear' });
    await answer(house, 1);
    expect(await check(house)).toMatchObject({ decision: 'run_requested', predictionCount: 150 });
  });

  it('a failed run does not use up the predictions that asked for it: volume asks again after the cool-down', async () => {
    const house = await withChampion({
      config: { triggers: uses('data_volume'), max_predictions_without_retraining: 150 },
    });
    await answer(house, 150);
    house.fitting.before = () => Promise.reject(new Error('broken'));
    expect(await execute(house, (await check(house)).runId!)).toMatchObject({ status: 'failed' });
    await answer(house, 1);
    expect(await check(house)).toMatchObject({ decision: 'cooling_down', predictionCount: 151 });
    house.clock.advance({ days: 7 });
    house.fitting.before = () => Promise.resolve();
    const again = await check(house);
    expect(again).toMatchObject({ decision: 'run_requested', predictionCount: 151 });
    expect((await check(house)).predictionCount).toBe(0);
    await execute(house, again.runId!);
    expect((await check(house)).predictionCount).toBe(0);
  });

  it('age fires after max days, not one day after a retraining', async () => {
    const config = { triggers: uses('time_based'), enable_automatic_deployment: true };
    const house = await withChampion({ config });
    expect(await check(house)).toMatchObject({ decision: 'no_trigger' }); // 30 days: not more than 30
    house.clock.advance({ seconds: 1 });
    const { runId } = await check(house);
    await execute(house, runId!);
    house.clock.advance({ days: 1 });
    expect((await check(house)).verdicts[0]).toMatchObject({ verdict: 'clear' });
  });

  it('drift sees answers that have moved away from the training rows, and only the champion’s own', async () => {
    const house = await withChampion({ config: { triggers: uses('data_drift') } });
    const rows = Array.from({ length: 200 }, () =>
      aPrediction({ features: [9, 0], version: 7, occurredAt: house.clock.now() }),
    );
    await house.predictions.insert(rows);
    expect((await check(house)).verdicts[0]).toMatchObject({ verdict: 'insufficient_data' });
    await house.predictions.insert(rows.map((row) => ({ ...row, id: `${row.id}-1`, version: 1 })));
    expect((await check(house)).verdicts[0]).toMatchObject({ verdict: 'fired' });
  });

  it('outcomes of later days do not exist for a check of the past', async () => {
    const house = await withChampion({ config: { triggers: uses('performance_degradation') } });
    await answer(house, 200, new Date('2024-01-20T00:00:00Z'));
    const early = await check(house, { asOf: new Date('2024-01-10T00:00:00Z'), dryRun: true });
    expect(early.verdicts[0]).toMatchObject({ verdict: 'insufficient_data' });
    const late = await check(house, { asOf: new Date('2024-01-21T00:00:00Z'), dryRun: true });
    expect(late.verdicts[0]?.verdict).not.toBe('insufficient_data');
  });
});
