import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { ChampionHolder, Predictions, ServePredictionService } from '@retrain/core';
import { gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

const key = 'a-long-secret-key';
const sha256 = createHash('sha256').update(key).digest('hex');
const keys = `api_keys: [{ name: ci, sha256: ${sha256} }]`;

describe('a gateway without keys', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await gatewayUnderTest();
  }, 30_000);

  afterAll(() => gateway?.close());

  it('is alive, but not ready before its champion is loaded; then it is', async () => {
    expect(await gateway.get('/health/live')).toMatchObject({ status: 200, body: { status: 'alive' } });
    const before = await gateway.get('/health/ready');
    expect(before).toMatchObject({ status: 503, body: { ready: false, checks: { database: 'ok' } } });
    expect(before.body.checks.models).toContain('premier-league');
    expect((await gateway.get('/health')).body).toMatchObject({ status: 'degraded', model_loaded: false });
    await gateway.promote('premier-league', [0, 0, 0]);
    expect(await gateway.get('/health/ready')).toMatchObject({ status: 200, body: { ready: true } });
    expect((await gateway.get('/health')).body).toMatchObject({ status: 'healthy', model_loaded: true });
  });

  it('keeps answering from the old champion when the new one is corrupt, and says so', async () => {
    const [before] = await gateway.app
      .get(ServePredictionService)
      .execute('premier-league', [{ path: '', input: { home_team: 'Arsenal', away_team: 'Chelsea' } }]);
    const broken = await gateway.register('premier-league', new TextEncoder().encode('not a model'));
    await gateway.appoint('premier-league', broken.version);
    await gateway.app.get(ChampionHolder).refresh('premier-league');
    const answer = await gateway.post('/predict', { home_team: 'Arsenal', away_team: 'Chelsea' });
    expect(answer).toMatchObject({ status: 200, body: { model_version: before!.version } });
    const health = (await gateway.get('/health')).body;
    expect(health.models['premier-league'].problems[0]).toContain(`Version ${broken.version} is unreadable`);
    await gateway.appoint('premier-league', before!.version);
    await gateway.app.get(ChampionHolder).refresh('premier-league');
    expect((await gateway.get('/health')).body.models['premier-league'].problems).toEqual([]);
  });

  it('greets programs with JSON and browsers with a page', async () => {
    expect((await gateway.get('/')).body).toMatchObject({
      message: expect.any(String) as string,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      status: 'running',
      model_loaded: true,
    });
    const page = await gateway.get('/', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect(page.type).toContain('text/html');
    expect((await gateway.get('/overview.css')).type).toContain('text/css');
  });

  it.each(['/', '/runs/5f1c'])(
    'serves the page %s with every script that it loads, and lets it load no other',
    async (url) => {
      const page = await gateway.get(url, { accept: 'text/html' });
      expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
      const wanted = [...page.text.matchAll(/(?:src|rel="stylesheet" href)="([^"]+)"/g)].map(([, path]) => path!);
      expect(wanted.length).toBeGreaterThan(1);
      for (const path of wanted) {
        const { status, text } = await gateway.get(path);
        expect([path, status]).toEqual([path, 200]);
        for (const [, imported] of text.matchAll(/from '([^']+)'/g))
          if (!wanted.includes(imported!)) wanted.push(imported!);
      }
    },
  );

  it('shows its metrics under the names of the contract', async () => {
    await gateway.post('/predict', { home_team: 'Arsenal', away_team: 'Chelsea' });
    const { text, type } = await gateway.get('/metrics');
    expect(type).toContain('text/plain');
    expect(text).toMatch(/retrain_predictions_total\{model="premier-league",version="1",arm="champion"\} [1-9]/);
    expect(text).toContain('retrain_prediction_seconds_bucket');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('documents every route with a summary', async () => {
    const { body } = await gateway.get('/docs-json');
    const documented = Object.entries(body.paths as Record<string, Record<string, { summary?: string }>>).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, { summary }]) => ({ route: `${method} ${path}`, summary })),
    );
    const routes = documented.map(({ route }) => route);
    for (const route of contract) expect(routes).toContain(route);
    expect(documented.filter(({ route, summary }) => !summary && route !== 'get /metrics')).toEqual([]);
    const page = await gateway.get('/docs');
    expect(page.text).toContain('swagger-ui-bundle.js');
    expect((await gateway.get('/docs/swagger-ui.css')).status).toBe(200);
    expect((await gateway.get('/docs/package.json')).status).toBe(404);
  });

  it('tells a wrong path from a wrong method', async () => {
    const path = await gateway.get('/predictions');
    expect(path).toMatchObject({
      status: 404,
      body: { code: 'unknown_route', detail: expect.stringContaining('/docs') as string },
    });
    const method = await gateway.get('/predict');
    expect(method).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(method.headers.get('allow')).toBe('POST');
    expect((await gateway.send('DELETE', '/models/coin', {})).status).toBe(405);
    expect((await gateway.get('/%E0%A4%A')).status).toBe(400);
  });

  it('answers HEAD like GET, without a body', async () => {
    const { status, text } = await gateway.send('HEAD', '/health/live', {});
    expect([status, text]).toEqual([200, '']);
  });

  it('never shows what failed inside: an id leads to the log', async () => {
    const predictions = gateway.app.get(Predictions);
    const insert = predictions.insert.bind(predictions);
    predictions.insert = () => Promise.reject(new TypeError('secret internals'));
    const answer = await gateway.post('/predict', { home_team: 'Arsenal', away_team: 'Chelsea' });
    predictions.insert = insert;
    expect(answer).toMatchObject({ status: 500, body: { code: 'unexpected', id: expect.any(String) as string } });
    expect(answer.text).not.toContain('secret');
  });

  it('does not let pages of other origins act', async () => {
    const foreign = await gateway.post('/retraining/stop', undefined, { origin: 'https://evil.example' });
    expect(foreign).toMatchObject({ status: 403, body: { code: 'foreign_origin' } });
    expect((await gateway.post('/retraining/stop', undefined, { origin: gateway.url })).status).toBe(200);
  });

  it('does not let a page act whose own name points to this machine', async () => {
    const { hostname, port } = new URL(gateway.url);
    const act = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { host: `${host}:${port}`, origin: `http://${host}:${port}` };
        const asking = request({ hostname, port, method: 'POST', path: '/retraining/stop', headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asking.on('error', reject).end();
      });
    expect(await act('rebound.example')).toBe(403);
    expect(await act('127.0.0.1.example')).toBe(403);
    for (const name of ['localhost', '127.0.0.1', '[::1]', 'retrain.localhost']) expect(await act(name)).toBe(200);
  });
});

describe('a gateway with keys', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await gatewayUnderTest({ config: keys, host: '0.0.0.0' });
    await gateway.promote('coin', [1, 0]);
  }, 30_000);

  afterAll(() => gateway?.close());

  const act = (headers: Record<string, string> = {}) => gateway.post('/retraining/stop?model=coin', undefined, headers);

  it('asks for one from everything that acts', async () => {
    const answer = await act();
    expect(answer).toMatchObject({ status: 401, body: { code: 'api_key_needed' } });
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    expect((await gateway.post('/models/coin/predictions', { instances: [{ input: {} }] })).status).toBe(401);
    expect((await gateway.post('/predict', {})).status).toBe(401);
  });

  it.each<Record<string, string>>([{ 'x-api-key': key }, { authorization: `Bearer ${key}` }])(
    'takes it as %j',
    async (headers) => {
      expect((await act(headers)).status).toBe(200);
    },
  );

  it.each<Record<string, string>>([
    { 'x-api-key': 'wrong' },
    { 'x-api-key': '' },
    { authorization: 'Bearer wrong' },
    { 'x-api-key': sha256 },
  ])('refuses %j', async (headers) => {
    expect((await act(headers)).status).toBe(401);
  });

  it('remembers who acted by the name of the key', async () => {
    await gateway.post('/retraining/start?model=coin', undefined, { 'x-api-key': key });
    const { body } = await gateway.get('/events?types=monitoring.started&limit=1');
    expect(body.items[0].actor).toBe('key:ci');
  });

  it('leaves reading open, and never shows a key', async () => {
    const { status, text } = await gateway.get('/retraining/config');
    expect(status).toBe(200);
    expect(text).not.toContain(sha256);
    expect((await gateway.get('/health/live')).status).toBe(200);
  });
});

describe('a gateway on a public address without keys', () => {
  it('refuses to start, and says what to do', async () => {
    await expect(gatewayUnderTest({ host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'public_without_keys',
      message: expect.stringContaining('api_keys') as string,
    });
  }, 30_000);
});

describe('closing', () => {
  it('answers the requests that have begun, and records them', async () => {
    const gateway = await gatewayUnderTest();
    await gateway.promote('coin', [1, 0]);
    const predictions = gateway.app.get(Predictions);
    const insert = predictions.insert.bind(predictions);
    let began!: () => void;
    const inserting = new Promise<void>((resolve) => (began = resolve));
    predictions.insert = async (rows) => {
      began();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await insert(rows);
    };
    const answer = gateway.post('/models/coin/predictions', { instances: [{ input: { tilt: 1 } }] });
    await inserting;
    const closed = gateway.close();
    expect(await answer).toMatchObject({ status: 200 });
    await closed;
  }, 30_000);
});

const contract = [
  ...[
    'post /predict',
    'post /predict/bulk',
    'post /predict/batch',
    'get /teams',
    'get /model/info',
    'get /health',
    'get /',
  ],
  ...['post /models/{model}/predictions', 'post /models/{model}/outcomes', 'get /retraining/status'],
  ...['post /retraining/start', 'post /retraining/stop', 'post /retraining/trigger', 'post /retraining/check'],
  ...['get /retraining/history', 'get /retraining/config', 'post /retraining/config', 'post /retraining/export'],
  ...['get /retraining/runs', 'get /retraining/runs/{id}', 'get /retraining/runs/{id}/report'],
  ...['post /retraining/runs/{id}/approve', 'post /retraining/runs/{id}/reject', 'post /retraining/runs/{id}/cancel'],
  ...['get /models', 'get /models/{model}', 'get /models/{model}/versions', 'get /models/{model}/versions/{version}'],
  ...['get /models/{model}/at', 'post /models/{model}/versions', 'post /models/{model}/promote'],
  ...['post /models/{model}/rollback', 'get /models/{model}/performance', 'get /models/{model}/drift'],
  ...['get /retraining/runs/{id}/story', 'get /retraining/runs/{id}/lineage', 'post /retraining/runs/{id}/reproduce'],
  'get /models/{model}/versions/{version}/lineage',
  ...['get /models/{model}/circuit', 'post /models/{model}/circuit/close'],
  ...[
    'get /models/{model}/probations',
    'get /models/{model}/quarantines',
    'post /models/{model}/versions/{version}/release',
    'delete /models/{model}/versions/{version}',
  ],
  ...['get /models/{model}/deployments', 'get /events', 'get /events/stream'],
  ...['get /health/live', 'get /health/ready', 'get /metrics'],
];
