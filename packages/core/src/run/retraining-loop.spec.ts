import { installation, type Installation } from '../testing/installation.js';
import { ApproveRunService } from '../deployment/approve-run.service.js';
import { BootstrapModelsService } from './bootstrap-models.service.js';
import { ExecuteRunService } from './execute-run.service.js';
import { RequestRetrainingService } from './request-retraining.service.js';
import type { TrainingRun } from './training-run.js';

const never = new AbortController().signal;

async function firstChampion(house: Installation): Promise<TrainingRun> {
  const [run] = await house.get(BootstrapModelsService).execute();
  await house.get(ExecuteRunService).execute(run!.id, never);
  return (await house.runs.find(run!.id))!;
}

describe('the whole run', () => {
  it('trains, judges and deploys a first champion without a person', async () => {
    const house = installation();
    const run = await firstChampion(house);
    console.log(JSON.stringify(run, null, 1).slice(0, 9000));
    console.log((await house.events.after(0, 100)).map((e) => e.type));
    expect(run.status).toBe('deployed');
    const asked = await house.get(RequestRetrainingService).execute({ model: 'coin', triggers: ['x'], reason: 'x', forced: true, actor: 'api' });
    if (asked.kind !== 'requested') throw new Error(asked.kind);
    await house.get(ExecuteRunService).execute(asked.run.id, never);
    const second = (await house.runs.find(asked.run.id))!;
    console.log(second.status, second.result);
    void ApproveRunService;
  });
});
