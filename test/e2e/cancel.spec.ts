import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { runStages } from '@retrain/core';
import { StageWatch } from './stage-watch.js';
import { quickstart, System, type RunAnswer } from './system.js';

const run = promisify(execFile);

/** Candidates are accepted and wait for a person, so that a run passes through every stage. */
const accepting = `${quickstart}
gates:
  - use: minimum_score
  - use: improvement
    with: { mode: non_inferiority, delta: 0.2 }
  - use: parity
evaluation: { blocks: 2 }
`;
/** What is promised is 2 s; a busy machine may need more. */
const patience = 8;

describe('cancelling a run of a real trainer', () => {
  let system: System;
  let watch: StageWatch;
  const seconds: Record<string, number> = {};

  beforeAll(async () => {
    system = await System.start({ config: accepting });
    await system.ready();
    await system.idle();
    watch = await StageWatch.open(system.databaseUrl);
  }, 120_000);

  afterAll(async () => {
    process.stderr.write(`seconds from the request to the end: ${JSON.stringify(seconds)}\n`);
    await watch?.close();
    await system?.stop();
  }, 60_000);

  /** Lets a run come to the stage, and further by so many milliseconds; cancels it, and waits for its end. */
  async function cancelIn(stage: string, after = 0, onTheWay: () => Promise<void> = () => Promise.resolve()) {
    const entered = new Promise<void>((resolve) => watch.onEntry(stage, resolve));
    const asked = await system.post<{ run_id: string }>('/retraining/trigger', { reason: 'cancel', force: true });
    expect(asked.status).toBe(202);
    const { run_id: id } = asked.body;
    await entered;
    await new Promise((resolve) => setTimeout(resolve, after));
    await onTheWay();
    const began = performance.now();
    expect((await system.post(`/retraining/runs/${id}/cancel`, { reason: 'a mistake' })).status).toBe(200);
    const ended = await system.eventually('the run to end', async () => {
      const { body } = await system.get<RunAnswer>(`/retraining/runs/${id}`);
      return body.status === 'cancelled' && body;
    });
    const took = (performance.now() - began) / 1000;
    expect(took).toBeLessThan(patience);
    return { ended, took };
  }

  const championOf = async () => (await system.get('/models/premier-league')).body.champion;

  it.each(runStages)(
    'ends it, whatever came of stage %s, with the champion untouched and nothing left to decide',
    async (stage) => {
      const before = await championOf();
      const { ended, took } = await cancelIn(stage);
      seconds[stage] = took;
      expect(ended.failure).toBeNull();
      expect(await championOf()).toEqual(before);
      const { body } = await system.get('/retraining/status');
      expect(body).toMatchObject({ retraining_in_progress: false, pending_approval: null });
      const events = 'SELECT count(*) FROM events WHERE run_id = $1 AND type = $2';
      expect(await watch.count(events, [ended.id, 'run.cancelled'])).toBe(1);
      expect(await watch.count(events, [ended.id, 'deployment.promoted'])).toBe(0);
    },
    90_000,
  );

  it('ends a fit in its own process at once, and leaves no such process behind', async () => {
    const before = await championOf();
    await system.eventually('processes of earlier fits to be gone', async () => (await fits()).length === 0, patience);
    const { took } = await cancelIn('train', 0, async () => {
      await system.eventually('a fit to run', async () => (await fits()).length > 0);
    });
    seconds['while fitting'] = took;
    expect(await championOf()).toEqual(before);
    await system.eventually('the fit to be gone', async () => (await fits()).length === 0, patience);
  }, 90_000);

  it('ends one that is queued at once', async () => {
    await system.kill('trainer', 'SIGSTOP');
    const { body } = await system.post<{ run_id: string }>('/retraining/trigger', { reason: 'cancel', force: true });
    const cancelled = await system.post(`/retraining/runs/${body.run_id}/cancel`, { reason: 'not today' });
    expect(cancelled.body.status).toBe('cancelled');
    await system.kill('trainer', 'SIGCONT');
    await system.idle();
  }, 60_000);

  /** Processes that the trainer has started. */
  async function fits(): Promise<readonly string[]> {
    const { stdout } = await run('ps', ['-A', '-o', 'ppid=,stat=']);
    const processes = stdout.split('\n').map((line) => line.trim().split(/\s+/));
    return processes.flatMap(([parent, state]) =>
      parent === String(system.pid('trainer')) && !state!.startsWith('Z') ? [parent] : [],
    );
  }
});
