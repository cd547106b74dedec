import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { matchesBetween } from './matches.js';
import { StageWatch } from './stage-watch.js';
import { quickstart, System, type App } from './system.js';

/** A candidate needs to be hardly worse than a champion that can be read; accepted ones wait for a person. */
const config = `${quickstart}
check_interval_minutes: 60
max_predictions_without_retraining: 120
min_new_predictions: 10
max_days_without_retraining: 20
triggers: [time_based, data_volume]
gates:
  - use: minimum_score
  - use: improvement
    with: { mode: non_inferiority, delta: 0.2 }
  - use: parity
`;

const question = { home_team: 'Arsenal', away_team: 'Chelsea', date: '2016-08-20' };

interface Status {
  readonly is_running: boolean;
  readonly next_check_time: string | null;
  readonly prediction_count_since_retraining: number;
  readonly total_trigger_events: number;
}

interface Check {
  readonly decision: string;
  readonly run_id: string | null;
  readonly verdicts: readonly { readonly trigger: string; readonly verdict: string }[];
}

describe('what the running system promises', () => {
  let system: System;
  let watch: StageWatch;

  beforeAll(async () => {
    system = await System.start({ config });
    await system.ready();
    watch = await StageWatch.open(system.databaseUrl);
  }, 120_000);

  afterAll(async () => {
    await watch?.close();
    await system?.stop();
  }, 60_000);

  const status = async () => (await system.get<Status>('/retraining/status')).body;
  const answer = async () => (await system.post('/predict', question)).body;
  const championFile = () => readFileSync(join(system.home, 'models/model.onnx'));
  const check = async (more: object = {}) => (await system.post<Check>('/retraining/check', more)).body;
  const verdict = ({ verdicts }: Check, name: string) => verdicts.find(({ trigger }) => trigger === name)?.verdict;
  const force = async () => {
    const { body } = await system.post<{ run_id: string }>('/retraining/trigger', { reason: 'test', force: true });
    return system.settled(body.run_id);
  };
  const restart = async (...apps: readonly App[]) => {
    await Promise.all(apps.map((app) => system.kill(app, 'SIGTERM')));
    for (const app of apps) system.restart(app);
  };

  it('stop answers within a second although the next check is an hour away, and both decisions survive a restart', async () => {
    await system.eventually('a check to be due', async () => (await status()).next_check_time !== null);
    const wait = new Date((await status()).next_check_time!).getTime() - Date.now();
    expect(wait).toBeGreaterThan(50 * 60_000);
    const began = performance.now();
    expect((await system.post('/retraining/stop')).body).toMatchObject({ status: 'stopped' });
    expect(performance.now() - began).toBeLessThan(1_000);

    await restart('trigger-monitor', 'gateway');
    await system.ready();
    expect(await status()).toMatchObject({ is_running: false, next_check_time: null });
    expect((await system.post('/retraining/start')).body).toMatchObject({ status: 'running' });
    await system.eventually('a check to be due again', async () => (await status()).next_check_time !== null);
  }, 60_000);

  it('volume fires at the limit and not one below; several triggers together make one event and one run', async () => {
    const { prediction_count_since_retraining: before } = await status();
    await system.post('/predict/bulk', { matches: Array.from({ length: 119 - before }, () => question) });
    expect(verdict(await check({ dry_run: true }), 'data_volume')).toBe('clear');
    await system.post('/predict', question);
    expect((await status()).prediction_count_since_retraining).toBe(120);

    const events = (await status()).total_trigger_events;
    const [briefly, usual] = [
      { max_days_without_retraining: 0.00001, min_days_between_retraining: 0 },
      { max_days_without_retraining: 20, min_days_between_retraining: 7 },
    ];
    await system.post('/retraining/config', briefly);
    const both = await check();
    await system.post('/retraining/config', usual);
    expect([verdict(both, 'data_volume'), verdict(both, 'time_based')]).toEqual(['fired', 'fired']);
    expect(both.decision).toBe('run_requested');
    expect((await status()).total_trigger_events).toBe(events + 1);
    expect(await watch.count(`SELECT count(*) FROM events WHERE type = 'trigger.fired'`)).toBe(1);
    expect(await system.settled(both.run_id!)).toMatchObject({ triggers: ['time_based', 'data_volume'] });
    expect(await watch.count(`SELECT count(*) FROM training_runs`)).toBe(2);
  }, 60_000);

  it('trains on history and the rows observed since, each once, and keeps a backup identical in bytes', async () => {
    const [known, ...observed] = [
      ...(await matchesBetween('2016-05-10', '2016-05-11')).slice(0, 1),
      ...(await matchesBetween('2016-08-13', '2016-08-15')),
    ].map(({ outcome, row }) => ({ outcome, record: row }));
    const outcomes = [known, ...observed];
    const tell = () => system.post('/models/premier-league/outcomes', { outcomes });
    expect((await tell()).body).toMatchObject({ recorded: outcomes.length });
    expect((await tell()).body).toMatchObject({ unchanged: outcomes.length });
    const serving = championFile();
    const { result } = await force();
    const { total_samples: samples, date_range: range } = result?.['data_stats'] as {
      total_samples: number;
      date_range: { end: string };
    };
    const first = `SELECT result->'data_stats'->>'total_samples' AS count FROM training_runs ORDER BY position LIMIT 1`;
    expect(observed.length).toBeGreaterThan(5);
    expect(samples).toBe((await watch.count(first)) + observed.length);
    expect(range.end).toMatch(/^2016-08-14/);

    const backup = readFileSync(join(system.home, String(result?.['backup_path'])));
    expect(backup.equals(serving)).toBe(true);
    expect(String(result?.['backup_path'])).toMatch(/^models\/backups\/model_backup_\d{8}_\d{6}_test\.onnx$/);
  }, 60_000);

  it.each<[string, string, string | Uint8Array | undefined]>([
    ['missing', 'data_file_missing', undefined],
    ['empty', 'data_file_empty', ''],
    ['truncated', 'data_file_unreadable', 'Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR\n13/08/16,Arsenal,"Live'],
    ['header-less', 'data_file_unreadable', '13/08/16,Arsenal,Liverpool,3,4,A\n'],
    ['non-UTF-8', 'data_file_unreadable', Buffer.from('Date,HomeTeam\n13/08/16,Köln\n', 'latin1')],
  ])(
    'a %s data file gives a failed run with the error; champion, answers and counts stay',
    async (_, code, content) => {
      const path = join(system.home, 'matches.csv');
      if (content !== undefined) writeFileSync(path, content);
      const [serving, answered, counted] = [championFile(), await answer(), await status()];
      await system.post('/retraining/config', { training_data_path: 'matches.csv' });
      const run = await force();
      expect(run).toMatchObject({ status: 'failed', failure: { code } });
      expect(run.failure?.message).toContain('matches.csv');
      expect(run.failure?.message).not.toMatch(/\bat .*:\d+:\d+/);
      expect(championFile().equals(serving)).toBe(true);
      const after = await answer();
      expect(after['home_win_probability']).toBe(answered['home_win_probability']);
      expect(after['model_version']).toBe(answered['model_version']);
      expect((await status()).prediction_count_since_retraining).toBe(counted.prediction_count_since_retraining + 1);
      await system.post('/retraining/config', { training_data_path: 'quickstart:premier-league' });
    },
    30_000,
  );

  it('a corrupt artifact of the champion: the gate fails closed, the gateway keeps serving', async () => {
    const [serving, before] = [championFile(), await answer()];
    const path = join(system.home, await artifactPath(Number(before['model_version'])));
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.from(bytes).fill(0xff, 100, 200));
    const run = await force();
    expect(run.status).toBe('rejected');
    expect(run.result?.['gates']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ gate: 'improvement', accepted: false, code: 'champion_unreadable' }),
      ]),
    );
    expect(await answer()).toMatchObject({
      model_version: before['model_version'],
      home_win_probability: before['home_win_probability'],
    });
    expect(championFile().equals(serving)).toBe(true);
    writeFileSync(path, bytes);
  }, 60_000);

  it('a gateway that boots on an unreadable champion says so instead of guessing, and recovers when it is mended', async () => {
    const before = await answer();
    const path = join(system.home, await artifactPath(Number(before['model_version'])));
    const bytes = readFileSync(path);
    writeFileSync(path, 'nothing that could be loaded');
    await restart('gateway', 'trigger-monitor');
    await system.eventually('the gateway to say what is wrong', async () => {
      const { status, body } = await system.get('/health/ready');
      return status === 503 && /unreadable.*sha256/.test(JSON.stringify(body));
    });
    expect(await system.post('/predict', question)).toMatchObject({ status: 503, body: { code: 'no_champion' } });
    writeFileSync(path, bytes);
    await system.ready();
    expect((await status()).is_running).toBe(true);
    expect((await answer())['home_win_probability']).toBe(before['home_win_probability']);
  }, 60_000);

  async function artifactPath(version: number): Promise<string> {
    const { body } = await system.get<{ artifact: { uri: string } }>(`/models/premier-league/versions/${version}`);
    const [, sha256 = ''] = body.artifact.uri.split(':');
    return join('.retrain/artifacts', sha256.slice(0, 2), sha256);
  }
});
