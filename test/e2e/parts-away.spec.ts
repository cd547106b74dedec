import { BreakableLink, freePort, hasRedis, startTestRedis, type TestRedis } from '@retrain/infra/testing';
import { StageWatch } from './stage-watch.js';
import { quickstart, System, type App } from './system.js';

const apps: readonly App[] = ['gateway', 'trigger-monitor', 'trainer'];
const question = { home_team: 'Arsenal', away_team: 'Chelsea', date: '2016-08-20' };
const withRedis = hasRedis();
const itWithRedis = withRedis ? it : it.skip;

describe(`parts that are away (the queue on ${withRedis ? 'Redis' : 'Postgres: there is no redis-server'})`, () => {
  let system: System;
  let watch: StageWatch;
  let link: BreakableLink;
  let redis: TestRedis | undefined;
  let redisPort: number;

  beforeAll(async () => {
    redisPort = await freePort();
    system = await System.start({
      config: quickstart,
      env: { REDIS_URL: withRedis ? `redis://127.0.0.1:${redisPort}` : '', LOG_LEVEL: 'error' },
      through: async (url) => {
        link = await BreakableLink.to(url);
        link.cut();
        return link.url;
      },
    });
    watch = await StageWatch.open(system.databaseUrl);
  }, 60_000);

  afterAll(async () => {
    link?.mend();
    await watch?.close();
    await system?.stop();
    await redis?.stop();
    await link?.close();
  }, 60_000);

  const probe = async (app: App, path: string) => (await fetch(`${system.url(app)}/health/${path}`)).status;
  const all = (path: string, status: number) =>
    system.eventually(
      `/health/${path} to be ${status} everywhere`,
      async () => (await Promise.all(apps.map((app) => probe(app, path)))).every((found) => found === status),
      40,
    );
  /** The gateway answers without the others, and says what is away. */
  const degraded = () =>
    system.eventually(
      'the gateway to be ready but degraded, and the others not to be ready',
      async () => {
        const { status, body } = await system.get<{ degraded: boolean }>('/health/ready');
        const others = await Promise.all(['trigger-monitor', 'trainer'].map((app) => probe(app as App, 'ready')));
        return status === 200 && body.degraded && others.every((found) => found === 503);
      },
      40,
    );
  const ask = () => system.post<{ prediction_id: string }>('/predict', question);
  const force = async () => {
    const { status, body } = await system.post<{ run_id: string }>('/retraining/trigger', { reason: 'x', force: true });
    return { status, runId: body.run_id };
  };
  const recorded = (ids: readonly string[]) =>
    watch.count('SELECT count(*) FROM predictions WHERE id = ANY($1)', [ids]);

  it('at boot: every process is alive and not ready, and goes on by itself when they come', async () => {
    await all('live', 200);
    await all('ready', 503);
    link.mend();
    redis = withRedis ? await startTestRedis(redisPort) : undefined;
    await all('ready', 200);
    expect((await ask()).status).toBe(200);
  }, 90_000);

  it('the database in the middle of a run: answers go on, then all recovers and the run ends once', async () => {
    const answered = (await ask()).body.prediction_id;
    const training = new Promise<void>((resolve) => watch.onEntry('train', resolve));
    const { runId } = await force();
    await training;
    link.cut();
    await degraded();
    await all('live', 200);
    const meanwhile = await ask();
    expect(meanwhile.status).toBe(200);
    const refused = await system.get('/retraining/status');
    expect(refused).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    expect(JSON.stringify(refused.body)).not.toMatch(/\bat .*:\d+:\d+|node_modules/);
    link.mend();
    await all('ready', 200);
    expect(await system.settled(runId, 60)).toMatchObject({ failure: null });
    expect(await watch.count('SELECT count(*) FROM model_versions WHERE run_id = $1', [runId])).toBe(1);
    expect(await watch.count(`SELECT count(*) FROM events WHERE run_id = $1 AND type = 'run.completed'`, [runId])).toBe(
      await watch.count(`SELECT count(*) FROM training_runs WHERE id = $1 AND finished_at IS NOT NULL`, [runId]),
    );
    await system.eventually('the answer of the meantime to be recorded', async () => {
      return (await recorded([answered, meanwhile.body.prediction_id])) === 2;
    });
  }, 120_000);

  itWithRedis(
    'Redis dies with all it held: answers go on, the request for a run is kept, and the queue fills again',
    async () => {
      await redis!.stop();
      await degraded();
      const answer = await ask();
      expect(answer.status).toBe(200);
      expect(await recorded([answer.body.prediction_id])).toBe(1);
      const { status, runId } = await force();
      expect(status).toBe(202);

      redis = await startTestRedis(redisPort);
      await all('ready', 200);
      expect(await system.settled(runId, 60)).toMatchObject({ failure: null });
      await system.eventually('the checks to be scheduled again', async () => {
        const { body } = await system.get<{ next_check_time: string | null }>('/retraining/status');
        return body.next_check_time !== null;
      });
    },
    120_000,
  );
});
