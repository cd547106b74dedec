import { BootstrapModelsService } from '../run/bootstrap-models.service.js';
import { CancelRunService } from '../run/cancel-run.service.js';
import { RequestRetrainingService } from '../run/request-retraining.service.js';
import { EvaluateTriggersService } from '../trigger/evaluate-triggers.service.js';
import { defineTrigger } from '../trigger/trigger-definition.js';
import { installation, type Installation, type InstallationOptions } from '../testing/installation.js';
import { execute, retrain, withChampion } from '../testing/loop.js';
import { CircuitBreaker } from './circuit-breaker.service.js';
import { CloseCircuitService } from './close-circuit.service.js';

const eager = defineTrigger({
  name: 'eager',
  description: 'always fires',
  parseOptions: () => ({}),
  evaluate: () => ({ verdict: 'fired', reason: 'As ever.', evidence: {} }),
});

/** A trigger that always fires, and a trainer that always fails: a check a day asks for a run a day. */
async function alwaysFailing(options: InstallationOptions = {}) {
  const config = {
    ...{ triggers: [{ use: 'eager', with: {} }], min_days_between_retraining: 1 },
    circuit_breaker: { failures: 3, window_hours: 240, open_hours: 96 },
  };
  const house = await withChampion({ ...options, config });
  house.plugins.register({ name: 'test', triggers: [eager] });
  house.fitting.before = () => Promise.reject(new Error('the trainer has a bug'));
  return house;
}

async function dayOf(house: Installation) {
  house.clock.advance({ days: 1 });
  const evaluation = await house.get(EvaluateTriggersService).execute({ model: 'coin', actor: 'system' });
  if (evaluation.decision === 'run_requested') await execute(house, evaluation.runId!);
  return evaluation;
}

async function days(house: Installation, count: number) {
  const evaluations = [];
  for (let day = 0; day < count; day++) evaluations.push(await dayOf(house));
  return evaluations;
}

const circuitOf = (house: Installation) => house.get(CircuitBreaker).of('coin');
const told = async (house: Installation) =>
  (await house.events.after(0, 1000, { types: ['circuit.opened', 'circuit.closed'] })).map(({ type }) => type);
const asked = { model: 'coin', triggers: ['manual_trigger'], reason: 'manual_trigger', forced: false, actor: 'api' };

describe('a run that always fails', () => {
  it('stops after the budget and says so: one trial per open time, and no more', async () => {
    const house = await alwaysFailing();
    const decisions = (await days(house, 12)).map(({ decision }) => decision);
    expect(decisions.filter((decision) => decision === 'run_requested')).toHaveLength(5);
    expect(decisions.slice(0, 8)).toEqual([
      ...['run_requested', 'run_requested', 'run_requested'],
      ...['circuit_open', 'circuit_open', 'circuit_open', 'run_requested', 'circuit_open'],
    ]);
    expect(await told(house)).toEqual(['circuit.opened', 'circuit.opened', 'circuit.opened']);
    const [opened] = await house.events.after(0, 1000, { types: ['circuit.opened'] });
    expect(opened).toMatchObject({
      model: 'coin',
      payload: { failures: 3, reason: '3 failed runs within 240 hours; the last: the trainer has a bug' },
    });
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
  });

  it('keeps the check, with the reason why no run was asked for', async () => {
    const house = await alwaysFailing();
    const refused = (await days(house, 4)).at(-1)!;
    expect(refused).toMatchObject({ decision: 'circuit_open', circuitOpenUntil: (await circuitOf(house)).openUntil });
    expect(await house.evaluations.latest('coin')).toEqual(refused);
    expect(refused.verdicts[0]?.verdict).toBe('fired');
  });

  it('is asked for by force all the same; when that fails too, the time starts anew', async () => {
    const house = await alwaysFailing();
    await days(house, 3);
    const before = await circuitOf(house);
    house.clock.advance({ days: 2 });
    expect(await house.get(RequestRetrainingService).execute(asked)).toMatchObject({
      kind: 'circuit_open',
      until: before.openUntil,
    });
    await retrain(house);
    const after = await circuitOf(house);
    expect(after.state).toBe('open');
    expect(after.openUntil!.getTime() - before.openUntil!.getTime()).toBe(2 * 86_400_000);
  });

  it('that is not tried by the system: the first training of a model goes on with its own back-off', async () => {
    const house = installation({ config: { circuit_breaker: { failures: 1, window_hours: 24, open_hours: 96 } } });
    house.fitting.before = () => Promise.reject(new Error('the trainer has a bug'));
    for (const minutes of [0, 2, 5]) {
      house.clock.advance({ seconds: minutes * 60 });
      const [run] = await house.get(BootstrapModelsService).execute();
      expect((await execute(house, run!.id)).status).toBe('failed');
    }
    expect((await circuitOf(house)).state).toBe('open');
  });
});

describe('an open circuit', () => {
  it('closes with the trial that comes as far as a judgement', async () => {
    const house = await alwaysFailing();
    await days(house, 6);
    house.fitting.before = () => Promise.resolve();
    expect((await dayOf(house)).decision).toBe('run_requested');
    expect(await circuitOf(house)).toMatchObject({ state: 'closed', failures: [] });
    expect(await told(house)).toEqual(['circuit.opened', 'circuit.closed']);
  });

  it('waits half open while its trial is on the way; a cancelled one leaves the trial to the next', async () => {
    const house = await alwaysFailing();
    await days(house, 3);
    house.clock.advance({ days: 4 });
    for (let trial = 0; trial < 2; trial++) {
      const answer = await house.get(RequestRetrainingService).execute(asked);
      expect(answer.kind).toBe('requested');
      expect((await circuitOf(house)).state).toBe('half_open');
      if (answer.kind === 'requested') {
        await house.get(CancelRunService).execute({ runId: answer.run.id, actor: 'api', reason: 'not now' });
      }
      expect((await circuitOf(house)).state).toBe('open');
      house.clock.advance({ days: 1 });
    }
  });

  it('is closed by a person: runs are asked for again, and the failures are forgotten', async () => {
    const house = await alwaysFailing();
    await days(house, 4);
    const close = { model: 'coin', actor: 'key:ann', reason: 'the bug is mended' };
    expect(await house.get(CloseCircuitService).execute(close)).toMatchObject({
      state: 'closed',
      changedBy: 'key:ann',
    });
    expect((await dayOf(house)).decision).toBe('run_requested');
    expect(await circuitOf(house)).toMatchObject({ state: 'closed', failures: [expect.any(Date)] });
    const [closed] = await house.events.after(0, 1000, { types: ['circuit.closed'] });
    expect(closed).toMatchObject({ actor: 'key:ann', payload: { by: 'key:ann', reason: 'the bug is mended' } });
    await expect(house.get(CloseCircuitService).execute({ ...close, model: 'dice' })).rejects.toMatchObject({
      code: 'unknown_model',
    });
  });

  it('of one model holds back no other', async () => {
    const models = { coin: { definition: 'coin' }, token: { definition: 'coin' } };
    const house = await alwaysFailing();
    await house.config.update({ models }, 'test');
    await days(house, 3);
    await house.get(BootstrapModelsService).execute();
    expect((await house.get(CircuitBreaker).of('token')).state).toBe('closed');
    expect((await house.runs.active('token'))?.status).toBe('queued');
  });
});
