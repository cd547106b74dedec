import { ApproveRunService } from '../deployment/approve-run.service.js';
import { execute, request, withChampion } from '../testing/loop.js';
import { RequestRetrainingService } from './request-retraining.service.js';

const manual = { model: 'coin', triggers: ['manual_trigger'], reason: 'manual_trigger', forced: false, actor: 'api' };

describe('asking for a retraining', () => {
  it('puts exactly one run on the queue, with the row written first', async () => {
    const house = await withChampion();
    house.jobs.waiting.length = 0;
    const run = await request(house);
    expect(house.jobs.waiting).toEqual([
      expect.objectContaining({ name: 'retrain', payload: { runId: run.id }, jobId: run.id }),
    ]);
    expect(run).toMatchObject({ status: 'queued', simulated: false, asOf: run.requestedAt });
  });

  it('two processes racing make one run', async () => {
    const house = await withChampion();
    const services = [house.process(), house.process(), house.process()].map((get) => get(RequestRetrainingService));
    const asked = { ...manual, forced: true };
    const answers = await Promise.all(services.flatMap((service) => [service.execute(asked), service.execute(asked)]));
    expect(answers.filter(({ kind }) => kind === 'requested')).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind === 'already_running')).toHaveLength(5);
    expect(await house.runs.count('coin')).toBe(2);
  });

  it('force starts exactly one, and a second is refused while it runs', async () => {
    const house = await withChampion();
    const { id } = await request(house, { forced: true });
    let during: unknown;
    house.fitting.before = async () => {
      during ??= await house.get(RequestRetrainingService).execute({ ...manual, forced: true });
    };
    await execute(house, id);
    expect(during).toMatchObject({ kind: 'already_running', run: { id } });
  });

  it('while one runs says that it runs, also within the cool-down', async () => {
    const house = await withChampion();
    const { id } = await request(house);
    const answer = await house.get(RequestRetrainingService).execute(manual);
    expect(answer).toMatchObject({ kind: 'already_running', run: { id } });
  });

  it('a run that another process asks for meanwhile is running, not cooling down', async () => {
    const house = await withChampion();
    const active = house.runs.active.bind(house.runs);
    let looks = 0;
    house.runs.active = async (model) => {
      const before = await active(model);
      if (looks++ === 0) await request(house);
      return before;
    };
    expect(await house.process()(RequestRetrainingService).execute(manual)).toMatchObject({ kind: 'already_running' });
    expect(await house.runs.count('coin')).toBe(2);
  });

  it('the cool-down holds to the last second and ends then', async () => {
    const house = await withChampion();
    const { requestedAt } = await execute(house, (await request(house)).id);
    const ask = () => house.get(RequestRetrainingService).execute(manual);
    house.clock.set(new Date(requestedAt.getTime() + 7 * 86_400_000 - 1000));
    expect(await ask()).toMatchObject({
      kind: 'cooling_down',
      until: new Date(requestedAt.getTime() + 7 * 86_400_000),
    });
    house.clock.advance({ seconds: 1 });
    expect(await ask()).toMatchObject({ kind: 'requested' });
  });

  it('everything survives a restart: a new process knows the run, the cool-down and the approval that waits', async () => {
    const house = await withChampion();
    const { id } = await execute(house, (await request(house)).id);
    const restarted = house.process();
    expect(await restarted(RequestRetrainingService).execute(manual)).toMatchObject({ kind: 'cooling_down' });
    const { run } = await restarted(ApproveRunService).execute({ runId: id, actor: 'api', reason: 'good' });
    expect(run.status).toBe('deployed');
  });

  it('force skips the cool-down', async () => {
    const house = await withChampion();
    await execute(house, (await request(house)).id);
    expect(await house.get(RequestRetrainingService).execute({ ...manual, forced: true })).toMatchObject({
      kind: 'requested',
    });
  });

  it('a question about the past measures the cool-down by the days of the runs, and knows no later run', async () => {
    const house = await withChampion();
    const past = (day: string) => ({ ...manual, asOf: new Date(day) });
    await execute(house, (await request(house, { asOf: new Date('2020-06-01') })).id);
    const ask = (day: string) => house.get(RequestRetrainingService).execute(past(day));
    expect(await ask('2020-06-07')).toMatchObject({ kind: 'cooling_down', until: new Date('2020-06-08') });
    expect(await ask('2020-06-08')).toMatchObject({ kind: 'requested', run: { simulated: true } });
  });

  it('a model that nobody knows is refused', async () => {
    const house = await withChampion();
    await expect(house.get(RequestRetrainingService).execute({ ...manual, model: 'dice' })).rejects.toMatchObject({
      code: 'unknown_model',
    });
  });
});
