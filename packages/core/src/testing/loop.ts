import { BootstrapModelsService } from '../run/bootstrap-models.service.js';
import { ExecuteRunService } from '../run/execute-run.service.js';
import { RequestRetrainingService, type RetrainingRequest } from '../run/request-retraining.service.js';
import type { TrainingRun } from '../run/training-run.js';
import { installation, type Installation, type InstallationOptions } from './installation.js';

const never = new AbortController().signal;

/** Recipes of the tiny trainer: one that knows nothing, and one that learns the coin's law. */
export const ignorant = [{ use: 'tiny_softmax', with: { steps: 0 } }];
export const learned = [{ use: 'tiny_softmax', with: { steps: 12 } }];

/** An installation whose first champion knows nothing, so that the next candidate is truly better. */
export async function withChampion(options: InstallationOptions = {}): Promise<Installation> {
  const config = { min_validation_accuracy: 0, trainers: ignorant, ...options.config };
  const house = installation({ ...options, config });
  await house.get(BootstrapModelsService).execute();
  const run = (await house.runs.active('coin'))!;
  await execute(house, run.id);
  await house.config.update({ trainers: learned }, 'test');
  house.clock.advance({ days: 30 });
  return house;
}

/** Requests a run that nothing holds back. */
export async function request(house: Installation, given: Partial<RetrainingRequest> = {}): Promise<TrainingRun> {
  const asked = { model: 'coin', triggers: ['manual_trigger'], reason: 'manual_trigger', forced: true, actor: 'api' };
  const answer = await house.get(RequestRetrainingService).execute({ ...asked, ...given });
  if (answer.kind !== 'requested') throw new Error(`No run was requested: ${answer.kind}.`);
  return answer.run;
}

/** Delivers a run once and answers its row as it then stands. */
export async function execute(house: Installation, runId: string, signal: AbortSignal = never): Promise<TrainingRun> {
  await house.get(ExecuteRunService).execute(runId, signal);
  return (await house.runs.find(runId))!;
}

/** Requests a run and delivers it. */
export async function retrain(house: Installation, given: Partial<RetrainingRequest> = {}): Promise<TrainingRun> {
  return execute(house, (await request(house, given)).id);
}

/** The types of all events of a run, in order. */
export async function eventsOf(house: Installation, runId: string): Promise<readonly string[]> {
  return (await house.events.after(0, 1_000, { runId })).map(({ type }) => type);
}

/** The bytes that people find at `model_path`. */
export function publishedModel(house: Installation): string | undefined {
  const bytes = house.championFiles.files.get(house.config.forModel('coin').model_path);
  return bytes && Buffer.from(bytes).toString('hex');
}
