import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientLoad } from './client-load.js';
import { matchesBetween, report } from './matches.js';
import { quickstart, System } from './system.js';

/** Candidates pass unless they are clearly worse: the loop is the subject here, not the gates. */
const generous = `${quickstart}
gates:
  - use: minimum_score
  - use: improvement
    with: { mode: non_inferiority, delta: 0.2 }
  - use: parity
`;

const question = { home_team: 'Arsenal', away_team: 'Chelsea', date: '2017-05-20' };

interface Answered {
  readonly prediction_id: string;
  readonly model_version: number;
  readonly home_win_probability: number;
}

describe('the whole loop on real matches', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start({ config: generous });
    await system.ready();
  }, 120_000);

  afterAll(() => system?.stop(), 60_000);

  const ask = async () => (await system.post<Answered>('/predict', question)).body;
  const championFile = () => readFileSync(join(system.home, 'models/model.onnx'));
  const force = async (asOf: string) =>
    (await system.post<{ run_id: string }>('/retraining/trigger', { reason: 'test', force: true, as_of: asOf })).body
      .run_id;

  it('serves a first champion that was trained on real matches and judged on rows it never saw', async () => {
    const { body } = await system.get<{
      model_version: number;
      evaluation: { rows: number; metrics: { log_loss: number } };
    }>('/model/info');
    expect(body.model_version).toBe(1);
    expect(body.evaluation.rows).toBeGreaterThanOrEqual(200);
    expect(body.evaluation.metrics.log_loss).toBeGreaterThan(0.85);
    expect(body.evaluation.metrics.log_loss).toBeLessThan(1.06);
  });

  it('counts each recorded prediction, in bulk too', async () => {
    const count = async () =>
      (await system.get<{ prediction_count_since_retraining: number }>('/retraining/status')).body
        .prediction_count_since_retraining;
    const before = await count();
    await ask();
    await system.post('/predict/bulk', { matches: [question, question, question] });
    expect(await count()).toBe(before + 4);
  });

  it('records outcomes of predictions, and their rows move the ratings without a retraining', async () => {
    const { teams_known: known } = (await system.get<{ teams_known: readonly string[] }>('/teams')).body;
    const matches = (await matchesBetween('2016-08-13', '2016-10-01')).filter(({ teams }) =>
      teams.every((team) => known.includes(team)),
    );
    const before = await ask();
    const { body: asked } = await system.post<{ predictions: readonly Answered[] }>('/predict/bulk', {
      matches: matches.map(({ fixture }) => fixture),
    });
    const { body: told } = await system.post<{ recorded: number }>('/models/premier-league/outcomes', {
      outcomes: matches.map((match, index) => report(match, asked.predictions[index]!.prediction_id)),
    });
    expect(matches.length).toBeGreaterThan(40);
    expect(told.recorded).toBe(matches.length);
    const after = await ask();
    expect(after.model_version).toBe(before.model_version);
    expect(after.home_win_probability).not.toBe(before.home_win_probability);
  });

  it('promotes an approved candidate under load: no restart, no failed request, no mixed answer', async () => {
    const before = await ask();
    const run = await system.settled(await force('2016-10-01T00:00:00Z'));
    expect(run).toMatchObject({ status: 'awaiting_approval', failure: null });
    expect((await ask()).home_win_probability).toBe(before.home_win_probability);

    const load = new ClientLoad(system.url(), question, 50);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const approved = await system.post(`/retraining/runs/${run.id}/approve`, { reason: 'looks right' });
    expect(approved.status).toBe(200);
    await system.eventually('the new version to answer', async () => (await ask()).model_version === 2, 5);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { sent, failures, probabilities, versions } = await load.stop();

    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
    expect([...versions].sort()).toEqual(expect.arrayContaining([1, 2]));
    expect([...probabilities.values()].map((values) => values.size)).toEqual([1, 1]);
    expect((await ask()).home_win_probability).not.toBe(before.home_win_probability);
  }, 90_000);

  it('rolls back to identical predictions and the identical file, and forward again', async () => {
    const [second, secondFile] = [await ask(), championFile()];
    await system.post('/models/premier-league/rollback', { reason: 'second thoughts' });
    await system.eventually('version 1 to answer', async () => (await ask()).model_version === 1, 5);
    const firstFile = championFile();
    expect(firstFile.equals(secondFile)).toBe(false);
    await system.post('/models/premier-league/promote', { version: 2, reason: 'third thoughts' });
    await system.eventually('version 2 to answer', async () => (await ask()).model_version === 2, 5);
    expect((await ask()).home_win_probability).toBe(second.home_win_probability);
    expect(championFile().equals(secondFile)).toBe(true);
  });

  it('leaves the live version byte-identical when a candidate is rejected', async () => {
    await system.post('/retraining/config', { gates: [{ use: 'minimum_score', with: { threshold: 0.99 } }] });
    const [answer, file] = [await ask(), championFile()];
    const run = await system.settled(await force('2016-10-02T00:00:00Z'));
    expect(run.status).toBe('rejected');
    expect(await ask()).toMatchObject({
      model_version: answer.model_version,
      home_win_probability: answer.home_win_probability,
    });
    expect(championFile().equals(file)).toBe(true);
  }, 60_000);

  it('tells who answered when, on both clocks, and what happened, in one log', async () => {
    const past = await system.get<{ version: number }>('/models/premier-league/at?as_of=2016-09-01T00:00:00Z');
    expect(past.body.version).toBe(1);
    const now = await system.get<{ version: number }>(`/models/premier-league/at?time=${new Date().toISOString()}`);
    expect(now.body.version).toBe(2);
    const { body } = await system.get<{ items: readonly { type: string }[] }>('/events?limit=100');
    const types = body.items.map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(['run.requested', 'candidate.accepted', 'candidate.rejected', 'deployment.promoted']),
    );
  });

  it('survives the restart of every process with all it knew', async () => {
    const [before, status] = [await ask(), await system.get('/retraining/history')];
    for (const app of ['gateway', 'trigger-monitor', 'trainer'] as const) {
      await system.kill(app, 'SIGTERM');
      system.restart(app);
    }
    await system.ready();
    expect((await ask()).home_win_probability).toBe(before.home_win_probability);
    expect((await system.get('/retraining/history')).body).toEqual(status.body);
  }, 90_000);
});
