import { StageWatch } from './stage-watch.js';
import { quickstart, System } from './system.js';

/** Candidates enough that two trainers have something to share, each fit long enough to be met at work. */
const shared = `${quickstart}
enable_automatic_deployment: true
gates: [minimum_score, parity]
evaluation: { blocks: 2 }
trainers:
  - use: hist_gradient_boosting
    with: { max_iterations: 150, early_stopping: false }
    grid: { learning_rate: [0.02, 0.05], max_leaf_nodes: [6, 12] }
`;

interface Fitting {
  readonly status: string;
  readonly stage: string | null;
  readonly progress: number;
  readonly eta_seconds: number | null;
  readonly fits: { readonly total: number; readonly done: number; readonly running: number } | null;
}

describe('two trainers that share the fits of a run', () => {
  let system: System;
  let watch: StageWatch;

  beforeAll(async () => {
    system = await System.start({ config: shared, apps: ['gateway', 'trigger-monitor', 'trainer', 'trainer'] });
    await system.ready();
    await system.idle();
    watch = await StageWatch.open(system.databaseUrl);
  }, 180_000);

  afterAll(async () => {
    await watch?.close();
    await system?.stop();
  }, 60_000);

  let seed = 100;
  /** Of a seed of its own: else the fits of an earlier run would be taken over. */
  const force = async () => {
    await system.post('/retraining/config', { seed: seed++ });
    const { body } = await system.post<{ run_id: string }>('/retraining/trigger', { reason: 'share', force: true });
    return body.run_id;
  };
  const pieces = (runId: string, where = 'true') =>
    watch.count(`SELECT count(*) FROM training_pieces WHERE run_id = $1 AND ${where}`, [runId]);
  const bothAtWork = (runId: string) =>
    system.eventually('two fits at once', async () => (await pieces(runId, `status = 'running'`)) >= 2);
  const frozen = async (places: readonly number[], signal: NodeJS.Signals) => {
    for (const place of places) await system.kill('trainer', signal, place);
  };

  it('work at the same time, and the run tells how far it is', async () => {
    const runId = await force();
    await bothAtWork(runId);
    const told = await system.eventually('an estimate', async () => {
      const { body } = await system.get<Fitting>(`/retraining/runs/${runId}`);
      return body.eta_seconds !== null && body;
    });
    expect(told).toMatchObject({ status: 'running', stage: 'train', fits: { total: expect.any(Number) as number } });
    expect(told.progress).toBeGreaterThan(0);
    expect(told.progress).toBeLessThan(1);
    const run = await system.settled(runId, 120);
    expect(run).toMatchObject({ status: 'deployed', failure: null });
    expect(run.result).toMatchObject({ training_metrics: { fits: { failed: 0 } } });
  }, 180_000);

  it.each([
    ['SIGKILL', 'dies'],
    ['SIGSTOP', 'freezes'],
  ] as const)(
    '%s: when one %s in the middle, the other does its fits too, and what thaws is refused',
    async (signal, _) => {
      const runId = await force();
      await bothAtWork(runId);
      await frozen([3], signal);
      const run = await system.settled(runId, 150);
      expect(run).toMatchObject({ status: 'deployed', failure: null });
      expect(await pieces(runId, `status <> 'fitted'`)).toBe(0);
      const before = await watch.count('SELECT coalesce(sum(attempt), 0) FROM training_pieces WHERE run_id = $1', [
        runId,
      ]);
      if (signal === 'SIGKILL') system.restart('trainer', 3);
      else await frozen([3], 'SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(
        await watch.count('SELECT coalesce(sum(attempt), 0) FROM training_pieces WHERE run_id = $1', [runId]),
      ).toBe(before);
      for (const type of ['candidate.created', 'deployment.promoted', 'run.completed']) {
        expect(await watch.count('SELECT count(*) FROM events WHERE run_id = $1 AND type = $2', [runId, type])).toBe(1);
      }
    },
    240_000,
  );

  it('stop within two seconds, both of them, when the run is cancelled', async () => {
    const runId = await force();
    await bothAtWork(runId);
    const asked = Date.now();
    await system.post(`/retraining/runs/${runId}/cancel`, { reason: 'enough' });
    expect((await system.settled(runId, 10)).status).toBe('cancelled');
    expect(Date.now() - asked).toBeLessThan(2_000);
  }, 120_000);
});
