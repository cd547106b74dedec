import { eventsOf, execute, publishedModel, request, retrain, withChampion } from '../testing/loop.js';
import { CancelRunService } from './cancel-run.service.js';
import { ExecuteRunService } from './execute-run.service.js';
import { runStages } from './training-run.js';

const why = { actor: 'api', reason: 'a mistake' };

describe('cancelling a run', () => {
  it('that is queued ends it at once', async () => {
    const house = await withChampion();
    const { id } = await request(house);
    expect((await house.get(CancelRunService).execute({ runId: id, ...why })).status).toBe('cancelled');
    expect((await execute(house, id)).status).toBe('cancelled');
    expect(await eventsOf(house, id)).toEqual(['run.requested', 'run.cancelled']);
  });

  it.each(runStages.slice(0, 5))('in the stage %s stops it; the champion is untouched', async (stage) => {
    const house = await withChampion();
    const before = publishedModel(house);
    const { id } = await request(house);
    const begin = house.runs.beginStage.bind(house.runs);
    let asked = false;
    house.runs.beginStage = async (...given) => {
      const answer = await begin(...given);
      if (given[2] === stage && !asked) {
        asked = true;
        await house.get(CancelRunService).execute({ runId: id, ...why });
        await new Promise((resolve) => setTimeout(resolve, 40)); // longer than a heartbeat
      }
      return answer;
    };
    const run = await execute(house, id);
    expect(run).toMatchObject({
      status: 'cancelled',
      result: { success: false, deployed: false, ended_because: 'a mistake' },
    });
    expect(run.outputs[stage]).toBeUndefined();
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
    expect(publishedModel(house)).toBe(before);
    expect((await eventsOf(house, id)).at(-1)).toBe('run.cancelled');
    expect(await house.runs.active('coin')).toBeUndefined();
  });

  it('is heard of at once, without waiting for a heartbeat; where the signal is lost, with the next one', async () => {
    for (const lost of [false, true]) {
      const house = await withChampion();
      const { id } = await request(house);
      let beats = 0;
      const heartbeat = house.runs.heartbeat.bind(house.runs);
      house.runs.heartbeat = (...given) => {
        beats++;
        return heartbeat(...given);
      };
      if (lost) house.signals.send = () => Promise.resolve();
      house.fitting.before = async ({ signal }) => {
        await house.get(CancelRunService).execute({ runId: id, ...why });
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      };
      const get = house.process({}, lost ? { heartbeatMs: 20 } : { heartbeatMs: 1e9 });
      await get(ExecuteRunService).execute(id, new AbortController().signal);
      expect((await house.runs.find(id))?.status).toBe('cancelled');
      expect(beats).toBeGreaterThan(0);
    }
  });

  it.each(runStages)(
    'in the stage %s counts although nothing was heard of it: the row has the last word',
    async (stage) => {
      const house = await withChampion();
      house.signals.send = () => Promise.resolve();
      const { id } = await request(house);
      const begin = house.runs.beginStage.bind(house.runs);
      let asked = false;
      house.runs.beginStage = async (...given) => {
        const answer = await begin(...given);
        if (given[2] === stage && !asked) {
          asked = true;
          await house.get(CancelRunService).execute({ runId: id, ...why });
        }
        return answer;
      };
      await house.process({}, { heartbeatMs: 1e9 })(ExecuteRunService).execute(id, new AbortController().signal);
      const run = await house.runs.find(id);
      expect(run?.status).toBe('cancelled');
      expect(run?.outputs[stage]).toBeUndefined();
      expect((await house.deployments.ofRun(id))?.status).not.toBe('awaiting_approval');
    },
  );

  it('between its last stage and its end counts too', async () => {
    const house = await withChampion();
    house.signals.send = () => Promise.resolve();
    const { id } = await request(house);
    const transaction = house.unitOfWork.transaction.bind(house.unitOfWork);
    let asked = false;
    house.unitOfWork.transaction = async (work) => {
      if (!asked && (await house.runs.find(id))?.outputs.report) {
        asked = true;
        await house.get(CancelRunService).execute({ runId: id, ...why });
      }
      return transaction(work);
    };
    await house.process({}, { heartbeatMs: 1e9 })(ExecuteRunService).execute(id, new AbortController().signal);
    expect((await house.runs.find(id))?.status).toBe('cancelled');
    expect((await house.deployments.ofRun(id))?.status).toBe('rejected');
  });

  it('in the middle of a fit aborts the fit', async () => {
    const house = await withChampion();
    const { id } = await request(house);
    house.fitting.before = async ({ signal }) => {
      await house.get(CancelRunService).execute({ runId: id, ...why });
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    };
    expect((await execute(house, id)).status).toBe('cancelled');
  });

  it('that waits for approval takes it off the desk', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    const run = await house.get(CancelRunService).execute({ runId: id, ...why });
    expect(run.status).toBe('cancelled');
    expect((await house.deployments.ofRun(id))?.status).toBe('rejected');
  });

  it('that comes to wait for approval while it is being cancelled is taken off the desk too', async () => {
    const house = await withChampion();
    const { id } = await retrain(house);
    const find = house.runs.find.bind(house.runs);
    let looks = 0;
    house.runs.find = async (runId) => {
      const run = await find(runId);
      return run && looks++ === 0 ? { ...run, status: 'running' } : run;
    };
    expect((await house.get(CancelRunService).execute({ runId: id, ...why })).status).toBe('cancelled');
  });

  it('whose candidate serves already comes too late: the run ends as what it is, deployed', async () => {
    const house = await withChampion({ config: { enable_automatic_deployment: true } });
    const { id } = await request(house);
    const write = house.reports.write.bind(house.reports);
    house.reports.write = async (...given) => {
      await house.get(CancelRunService).execute({ runId: id, ...why });
      await new Promise((resolve) => setTimeout(resolve, 40));
      return write(...given);
    };
    await execute(house, id);
    const run = await execute(house, id);
    expect(run.status).toBe('deployed');
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(2);
  });

  it('that is over, or that nobody knows, is refused', async () => {
    const house = await withChampion();
    const { id } = await request(house);
    const cancel = house.get(CancelRunService);
    await cancel.execute({ runId: id, ...why });
    await expect(cancel.execute({ runId: id, ...why })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'run_finished',
    });
    await expect(cancel.execute({ runId: 'none', ...why })).rejects.toMatchObject({ code: 'unknown_run' });
  });
});
