import { evaluationScheduleOf } from '../job/schedules.js';
import { inMemory } from '../testing/in-memory.js';
import { AlignSchedulesService } from './align-schedules.service.js';
import { SetMonitoringService } from './set-monitoring.service.js';

async function world() {
  const memory = inMemory({ config: { check_interval_minutes: 5 } });
  const { models, events, unitOfWork, jobs, config } = memory;
  await models.ensure('coin', 'coin');
  const schedules = new AlignSchedulesService(models, jobs, config);
  const monitoring = new SetMonitoringService(models, events, unitOfWork, schedules);
  const set = (on: boolean) => monitoring.execute({ model: 'coin', monitoring: on, actor: 'api' });
  const next = () => jobs.nextAt(evaluationScheduleOf('coin'), 'evaluate-triggers');
  return { ...memory, schedules, monitoring, set, next };
}

describe('monitoring', () => {
  it('is on from the start, at the interval of the configuration', async () => {
    const { schedules, next, clock } = await world();
    await schedules.execute();
    expect(await next()).toEqual(new Date(clock.now().getTime() + 5 * 60_000));
  });

  it('stops and starts, each told once in the log', async () => {
    const { set, next, events } = await world();
    expect(await set(false)).toBe(true);
    expect(await set(false)).toBe(false);
    expect(await next()).toBeUndefined();
    expect(await set(true)).toBe(true);
    expect(await next()).toBeDefined();
    expect((await events.after(0, 10)).map(({ type }) => type)).toEqual(['monitoring.stopped', 'monitoring.started']);
  });

  it('stays stopped over restarts', async () => {
    const { set, schedules, next } = await world();
    await set(false);
    await schedules.execute();
    expect(await next()).toBeUndefined();
  });

  it('ends for a model that left the configuration', async () => {
    const { models, schedules, jobs } = await world();
    await models.ensure('former', 'coin');
    await jobs.schedule(evaluationScheduleOf('former'), 'evaluate-triggers', { model: 'former' }, 60);
    await schedules.execute();
    expect(await jobs.nextAt(evaluationScheduleOf('former'), 'evaluate-triggers')).toBeUndefined();
  });

  it('is refused for an unknown model', async () => {
    const { monitoring } = await world();
    await expect(monitoring.execute({ model: 'dice', monitoring: true, actor: 'api' })).rejects.toMatchObject({
      code: 'unknown_model',
    });
  });
});
