import type { RetrainingStatus } from '../command/schedule.js';
import type { ApiClient } from '../http/api-client.js';

/** Tells what is done and shows what came back. */
export interface Stage {
  readonly api: ApiClient;
  /** Announces a step, runs it, shows its answer. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
}

type Scenario = (stage: Stage) => Promise<void>;

/** Looks at the model that serves and asks it. */
async function basic({ api, step }: Stage): Promise<void> {
  await step('Who serves?', () => api.get('/model/info'));
  const { teams } = await step('Which teams does it know?', () => api.get<{ teams: readonly string[] }>('/teams'));
  await step(`Who wins, ${teams[0]} or ${teams[1]}?`, () =>
    api.post('/predict', { home_team: teams[0], away_team: teams[1] }),
  );
}

/** Judges the triggers without consequences, then asks for a run by hand. */
async function manual({ api, step }: Stage): Promise<void> {
  await step('What do the triggers say (dry run)?', () => api.post('/retraining/check', { dry_run: true }));
  const { run_id } = await step('Ask for a run now, skipping the cool-down', () =>
    api.post<{ run_id: string }>('/retraining/trigger', { reason: 'demo', force: true }),
  );
  await step('How did it end?', () => settled(api, run_id));
}

/** Shows that each recorded prediction counts. */
async function tracking({ api, step }: Stage): Promise<void> {
  const count = async (): Promise<object> => {
    const status = await api.get<RetrainingStatus>('/retraining/status');
    return { prediction_count_since_retraining: status.prediction_count_since_retraining };
  };
  const { teams } = await api.get<{ teams: readonly string[] }>('/teams');
  await step('Predictions since the last retraining', count);
  await step('Ask for two matches at once', () =>
    api.post('/predict/bulk', {
      matches: [
        { home_team: teams[0], away_team: teams[1] },
        { home_team: teams[1], away_team: teams[0] },
      ],
    }),
  );
  await step('… and now', count);
}

/** Stops and starts the checks on schedule. */
async function lifecycle({ api, step }: Stage): Promise<void> {
  const { is_running: ran } = await api.get<RetrainingStatus>('/retraining/status');
  await step('Stop checking on schedule', () => api.post('/retraining/stop'));
  await step('Start again', () => api.post('/retraining/start'));
  if (!ran) await step('It was stopped before: leave it so', () => api.post('/retraining/stop'));
}

async function history({ api, step }: Stage): Promise<void> {
  await step('What has happened?', () => api.get('/retraining/history'));
  await step('The same as events', () => api.get('/events?limit=5'));
}

/** Changes a key and puts it back. */
async function config({ api, step }: Stage): Promise<void> {
  const { config: before } = await api.get<{ config: { drift_threshold: number } }>('/retraining/config');
  await step('Change one key', () => api.post('/retraining/config', { drift_threshold: 0.2 }));
  await step('A mistake is refused with a hint', () =>
    api.post('/retraining/config', { drift_treshold: 0.2 }).catch((error: Error & { problems?: unknown }) => ({
      refused: error.message,
      problems: error.problems,
    })),
  );
  await step('Put it back', () => api.post('/retraining/config', { drift_threshold: before.drift_threshold }));
}

async function settled(api: ApiClient, runId: string): Promise<unknown> {
  for (;;) {
    const run = await api.get<{ status: string }>(`/retraining/runs/${runId}`);
    if (run.status !== 'queued' && run.status !== 'running') return run;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Every scenario by its name on the command line. */
export const scenarios: Readonly<Record<string, Scenario>> = { basic, manual, tracking, lifecycle, history, config };
