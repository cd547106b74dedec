import { runStages } from '@retrain/core';
import { StageWatch } from './stage-watch.js';
import { quickstart, System } from './system.js';

/** Accepted candidates go live at once, so that a whole run passes through every stage. */
const automatic = `${quickstart}
enable_automatic_deployment: true
gates:
  - use: minimum_score
  - use: improvement
    with: { mode: non_inferiority, delta: 0.2 }
  - use: parity
`;

describe('processes that die in the middle', () => {
  let system: System;
  let watch: StageWatch;

  beforeAll(async () => {
    system = await System.start({ config: automatic });
    await system.ready();
    await system.idle();
    watch = await StageWatch.open(system.databaseUrl);
  }, 120_000);

  afterAll(async () => {
    await watch?.close();
    await system?.stop();
  }, 60_000);

  const force = async () => {
    const { status, body } = await system.post<{ run_id: string }>('/retraining/trigger', {
      reason: 'kill',
      force: true,
    });
    expect(status).toBe(202);
    return body.run_id;
  };

  const onceOnly = async (runId: string) => {
    const events = (type: string) =>
      watch.count('SELECT count(*) FROM events WHERE run_id = $1 AND type = $2', [runId, type]);
    expect(await events('deployment.promoted')).toBe(1);
    expect(await events('candidate.created')).toBe(1);
    expect(await events('run.completed')).toBe(1);
    expect(await watch.count('SELECT count(*) FROM model_versions WHERE run_id = $1', [runId])).toBe(1);
    expect(await watch.count('SELECT count(*) FROM deployments WHERE run_id = $1', [runId])).toBe(1);
    expect(
      await watch.count(
        'SELECT count(*) FROM alias_moves WHERE deployment_id IN (SELECT id FROM deployments WHERE run_id = $1)',
        [runId],
      ),
    ).toBe(1);
  };

  it.each(runStages)(
    'kill -9 of the trainer in stage %s: the run ends rightly, exactly once, within 30 s of the restart',
    async (stage) => {
      const killed = new Promise<void>((resolve) =>
        watch.onEntry(stage, () => void system.kill('trainer').then(resolve)),
      );
      const runId = await force();
      await killed;
      system.restart('trainer');
      const run = await system.settled(runId, 30);
      expect(run).toMatchObject({ status: 'deployed', failure: null });
      await onceOnly(runId);
      const { body } = await system.get<{ version: number }>(
        `/models/premier-league/at?time=${new Date().toISOString()}`,
      );
      expect(body.version).toBe(run.candidate_version);
      await system.eventually(
        'the new version to answer',
        async () => (await system.get('/model/info')).body.model_version === run.candidate_version,
        10,
      );
    },
    150_000,
  );

  it('kill -9 of the monitor: schedules go on after its restart and no run is lost', async () => {
    const runId = await force();
    await system.kill('trigger-monitor');
    system.restart('trigger-monitor');
    expect((await system.settled(runId, 30)).status).toBe('deployed');
    await onceOnly(runId);
    await system.eventually('a next check to be due', async () => {
      const { body } = await system.get<{ next_check_time: string | null }>('/retraining/status');
      return body.next_check_time !== null;
    });
  }, 60_000);

  it('kill -9 of the gateway: what it had answered is recorded, and it serves again', async () => {
    const question = { home_team: 'Arsenal', away_team: 'Chelsea' };
    const ids: string[] = [];
    const asking = Array.from({ length: 40 }, async () => {
      const { status, body } = await system.post<{ prediction_id: string }>('/predict', question);
      if (status === 200) ids.push(body.prediction_id);
      if (ids.length === 10) void system.kill('gateway');
    });
    await Promise.allSettled(asking);
    expect(ids.length).toBeGreaterThanOrEqual(10);
    system.restart('gateway');
    await system.ready();
    expect(await watch.count('SELECT count(*) FROM predictions WHERE id = ANY($1)', [ids])).toBe(ids.length);
    expect((await system.post('/predict', question)).status).toBe(200);
  }, 60_000);

  it('two monitors and two trainers racing make exactly one run', async () => {
    await system.add('trigger-monitor');
    await system.add('trainer');
    await system.post('/retraining/config', {
      max_predictions_without_retraining: 100,
      min_new_predictions: 10,
      min_days_between_retraining: 0,
    });
    const question = { home_team: 'Arsenal', away_team: 'Chelsea', date: '2016-08-20' };
    await system.post('/predict/bulk', { matches: Array.from({ length: 120 }, () => question) });
    const before = await watch.count('SELECT count(*) FROM training_runs');
    const checks = await Promise.all(
      Array.from({ length: 12 }, () => system.post<{ decision: string; run_id: string | null }>('/retraining/check')),
    );
    const requested = checks.filter(({ body }) => body.decision === 'run_requested');
    expect(requested).toHaveLength(1);
    expect((await system.settled(requested[0]!.body.run_id!, 60)).status).toBe('deployed');
    await onceOnly(requested[0]!.body.run_id!);
    expect(await watch.count('SELECT count(*) FROM training_runs')).toBe(before + 1);
  }, 90_000);
});
