import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Deployments, evidenceHash, Models, TrainingPieces, TrainingRuns, type TrainingRun } from '@retrain/core';
import { aPiece, aRun } from '@retrain/core/testing';
import { artifactOf, gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
  await gateway.promote('coin', [1, 0]);
}, 30_000);

afterAll(() => gateway?.close());

const unknown = '00000000-0000-4000-8000-00000000dead';

/** A run of the coin whose accepted candidate waits for a person. */
async function waitingRun(logOdds: readonly number[]): Promise<TrainingRun> {
  const [runs, deployments, models] = [TrainingRuns, Deployments, Models].map((port) =>
    gateway.app.get<unknown>(port as never),
  ) as [TrainingRuns, Deployments, Models];
  const id = crypto.randomUUID();
  const now = new Date();
  await runs.insert(aRun({ id, asOf: now, requestedAt: now }));
  const token = crypto.randomUUID();
  await runs.claim(id, token, now, new Date(now.getTime() + 60_000), 1);
  const { version, artifact } = await gateway.register('coin', artifactOf('coin', logOdds));
  await runs.setCandidate(id, token, version);
  const evidence = { verdicts: [{ gate: 'minimum_score', accepted: true }] };
  await deployments.insert({
    ...{ id: crypto.randomUUID(), model: 'coin', version, runId: id, kind: 'promotion', strategy: 'direct' },
    ...{ previousVersion: (await models.alias('coin', 'champion'))?.version, status: 'awaiting_approval' },
    ...{ artifactSha256: artifact.sha256, evidence, evidenceHash: evidenceHash(evidence) },
    ...{ quorum: 1, fourEyes: false, requestedBy: 'system', reason: 'accepted by every gate', asOf: now },
  });
  const result = { success: true, deployed: false, validation_results: { new_accuracy: 0.6 } };
  await runs.conclude(id, token, { status: 'awaiting_approval', at: now, result });
  return (await runs.find(id))!;
}

describe('status, start and stop', () => {
  it('begin fresh', async () => {
    const { status, body } = await gateway.get('/retraining/status?model=coin');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      retraining_in_progress: false,
      last_check_time: null,
      last_retraining_time: null,
      prediction_count_since_retraining: 0,
      days_since_last_retraining: null,
      total_trigger_events: 0,
      current_run: null,
      pending_approval: null,
      champion: { version: 1, actor: 'system' },
      config: { drift_threshold: 0.1, training_data_path: 'quickstart:coin' },
    });
  });

  it('are idempotent, survive in the rows, and stop answers within a second', async () => {
    const { body: started } = await gateway.post('/retraining/start?model=coin');
    expect(started.status).toBe('running');
    expect((await gateway.post('/retraining/start?model=coin', {})).body.status).toBe('running');
    const running = (await gateway.get('/retraining/status?model=coin')).body;
    expect(running.is_running).toBe(true);
    expect(new Date(running.next_check_time as string).getTime()).toBeGreaterThan(Date.now() - 1_000);
    const began = performance.now();
    const { status, body } = await gateway.post('/retraining/stop?model=coin');
    expect(performance.now() - began).toBeLessThan(1_000);
    expect([status, body.status]).toEqual([200, 'stopped']);
    expect((await gateway.get('/retraining/status?model=coin')).body).toMatchObject({
      is_running: false,
      next_check_time: null,
    });
  });

  it('count one for each recorded prediction, in bulk too', async () => {
    const instances = [0, 1, 2].map((tilt) => ({ input: { tilt } }));
    await gateway.post('/models/coin/predictions', { instances });
    const { body } = await gateway.get('/retraining/status?model=coin');
    expect(body.prediction_count_since_retraining).toBe(3);
  });
});

describe('checks', () => {
  it('tell the verdict of every trigger; a dry run leaves no trace', async () => {
    const { status, body } = await gateway.post('/retraining/check?model=coin', { dry_run: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({ decision: 'dry_run', run_id: null });
    const verdicts = body.verdicts as { trigger: string; verdict: string; reason: string }[];
    expect(verdicts.map(({ trigger }) => trigger).sort()).toEqual([
      'data_drift',
      'data_volume',
      'performance_degradation',
      'time_based',
    ]);
    for (const { reason } of verdicts) expect(reason).not.toBe('');
    expect((await gateway.get('/retraining/status?model=coin')).body.last_check_time).toBeNull();
  });

  it('are stored otherwise, and give the drift series', async () => {
    const { body } = await gateway.post('/retraining/check?model=coin');
    expect(body.decision).toBe('no_trigger');
    expect((await gateway.get('/retraining/status?model=coin')).body.last_check_time).toBe(body.evaluated_at);
    const drift = (await gateway.get('/models/coin/drift')).body;
    expect(drift.latest).toMatchObject({ trigger: 'data_drift', verdict: 'insufficient_data' });
    expect(drift.series).toHaveLength(1);
    expect(drift).toMatchObject({ series: [{ champion_version: 1, simulated: false }], features: [] });
    expect((await gateway.get('/models/coin/drift?feature=tilt&features=5&limit=3')).status).toBe(200);
    expect((await gateway.get('/models/coin/drift?features=-1')).status).toBe(400);
  });

  it.each([{ as_of: 'never' }, { as_of: '2199-01-01' }, { dry_run: 'yes' }, { dryrun: true }])(
    'refuse %j',
    async (body) => {
      expect((await gateway.post('/retraining/check?model=coin', body)).status).toBe(400);
    },
  );
});

describe('a run', () => {
  it('is requested once; a second request is refused while it is active, and cancelling frees the way', async () => {
    const { status, body } = await gateway.post('/retraining/trigger?model=coin', { force: true });
    expect(status).toBe(202);
    expect(body).toMatchObject({ reason: 'manual_trigger', forced: true, run_id: expect.any(String) as string });
    const second = await gateway.post('/retraining/trigger?model=coin', { force: true });
    expect(second).toMatchObject({ status: 409, body: { code: 'run_active', run_id: body.run_id } });
    const url = `/retraining/runs/${body.run_id}`;
    expect((await gateway.get(url)).body).toMatchObject({ status: 'queued', triggers: ['manual_trigger'] });
    const cancelled = await gateway.post(`${url}/cancel`, { reason: 'only trying' });
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    expect((await gateway.post(`${url}/cancel`)).status).toBe(409);
  });

  it('is refused in the cool-down, until when is told; force skips it', async () => {
    const refused = await gateway.post('/retraining/trigger?model=coin', { reason: 'again' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'cooldown_active' } });
    const days = (new Date(refused.body.until as string).getTime() - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(7, 1);
  });

  it('waits for approval, is approved, and the served version changes; the history tells', async () => {
    const run = await waitingRun([3, 0]);
    const status = (await gateway.get('/retraining/status?model=coin')).body;
    expect(status.pending_approval).toMatchObject({ run_id: run.id, version: run.candidateVersion });
    const approved = await gateway.post(`/retraining/runs/${run.id}/approve`, { reason: 'looks right' });
    expect(approved).toMatchObject({
      status: 200,
      body: {
        status: 'deployed',
        deployment: { status: 'promoted', decided_by: 'api', decision_reason: 'looks right' },
      },
    });
    // The gateway hears of it by itself.
    for (let tries = 0; tries < 50; tries++) {
      const { body } = await gateway.get('/model/info?model=coin');
      if (body.model_version === run.candidateVersion) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await gateway.get('/model/info?model=coin')).body.model_version).toBe(run.candidateVersion);
    const history = (await gateway.get('/retraining/history?model=coin')).body;
    expect(history.total_retrainings).toBe(2);
    expect(history.retraining_events[0]).toMatchObject({ run_id: run.id, status: 'deployed' });
    const at = (await gateway.get('/models/coin/at')).body;
    expect(at).toMatchObject({
      version: run.candidateVersion,
      previous_version: 1,
      actor: 'api',
      deployment: { run_id: run.id, evidence: { verdicts: [{ gate: 'minimum_score' }] } },
    });
    expect((await gateway.post(`/retraining/runs/${run.id}/approve`)).status).toBe(409);
  });

  it('may be rejected by a person; the champion stays', async () => {
    const before = (await gateway.get('/models/coin')).body.champion.version;
    const run = await waitingRun([-3, 0]);
    const rejected = await gateway.post(`/retraining/runs/${run.id}/reject`, { reason: 'no' });
    expect(rejected).toMatchObject({ status: 200, body: { status: 'rejected' } });
    expect((await gateway.get('/models/coin')).body.champion.version).toBe(before);
  });

  it('has a report as JSON, Markdown and HTML', async () => {
    const { body } = await gateway.get('/retraining/runs?model=coin&limit=1');
    const url = `/retraining/runs/${body.items[0].id}/report`;
    expect((await gateway.get(url)).body).toMatchObject({ id: body.items[0].id });
    const markdown = await gateway.get(url, { accept: 'text/markdown' });
    expect(markdown.type).toContain('text/markdown');
    expect(markdown.text).toMatch(/^# Retraining of coin/);
    const html = await gateway.get(url, { accept: 'text/html,*/*;q=0.8' });
    expect(html.type).toContain('text/html');
    expect(html.text).toContain('<!doctype html>');
    expect((await gateway.get(url, { accept: 'image/png' })).status).toBe(406);
  });

  it('pages newest first', async () => {
    const first = (await gateway.get('/retraining/runs?limit=2')).body;
    expect(first.items).toHaveLength(2);
    const second = (
      await gateway.get(`/retraining/runs?limit=2&cursor=${encodeURIComponent(first.next_cursor as string)}`)
    ).body;
    const ids = [...first.items, ...second.items].map((item: { id: string }) => item.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(['', '/report'])('that does not exist is 404: %s', async (path) => {
    expect((await gateway.get(`/retraining/runs/${unknown}${path}`)).body).toMatchObject({
      status: 404,
      code: 'unknown_run',
    });
    expect((await gateway.get(`/retraining/runs/nonsense${path}`)).status).toBe(404);
  });

  it.each(['approve', 'reject', 'cancel'])('that does not exist cannot be decided: %s', async (verb) => {
    expect((await gateway.post(`/retraining/runs/${unknown}/${verb}`)).status).toBe(404);
  });

  it.each([{ reason: '' }, { reason: 7 }, { force: 'yes' }, { as_of: 'x' }, { as_of: '2199-01-01' }, { forced: true }])(
    'refuses %j',
    async (body) => {
      expect((await gateway.post('/retraining/trigger?model=coin', body)).status).toBe(400);
    },
  );

  it('is approved only as it was shown: other evidence or another artifact is refused', async () => {
    const { id } = await waitingRun([1, 0]);
    const approve = (body: object) => gateway.post(`/retraining/runs/${id}/approve`, body);
    const { deployment } = (await gateway.get(`/retraining/runs/${id}`)).body;
    expect(deployment).toMatchObject({ quorum: 1, four_eyes: false, approvals: [] });
    const other = 'f'.repeat(64);
    expect(await approve({ evidence_hash: other })).toMatchObject({ status: 409, body: { code: 'evidence_changed' } });
    expect(await approve({ artifact_sha256: other })).toMatchObject({
      status: 409,
      body: { code: 'artifact_changed' },
    });
    expect(await approve({ evidence_hash: 'the one I saw' })).toMatchObject({ status: 400 });
    const seen = { evidence_hash: deployment.evidence_hash, artifact_sha256: deployment.artifact_sha256 };
    const wrong = { ...seen, evidence_hash: other };
    expect((await approve(wrong)).status).toBe(409);
    expect((await gateway.post(`/retraining/runs/${id}/reject`)).body).toMatchObject({ status: 'rejected' });
    expect((await approve(seen)).body).toMatchObject({ status: 409, code: 'run_not_awaiting_approval' });
  });
});

describe('the export', () => {
  it('tells everything, and writes it where it is allowed to', async () => {
    const { status, body } = await gateway.post('/retraining/export?model=coin', { output_path: 'exports/today.json' });
    expect(status).toBe(200);
    expect(Object.keys(body as object)).toEqual(
      expect.arrayContaining([
        'scheduler_status',
        'trigger_history',
        'retraining_history',
        'configuration',
        'export_timestamp',
      ]),
    );
    const written = JSON.parse(
      await readFile(join(gateway.home, 'reports', 'exports', 'today.json'), 'utf8'),
    ) as object;
    expect(written).toMatchObject({ model: 'coin', export_timestamp: body.export_timestamp as string });
    expect((await gateway.post('/retraining/export?model=coin')).body.output_path).toBeNull();
  });

  it.each(['../../etc/passwd.json', '/etc/passwd.json', 'a/../../b.json', 'plain.txt'])(
    'refuses %s',
    async (output_path) => {
      const answer = await gateway.post('/retraining/export?model=coin', { output_path });
      expect(answer).toMatchObject({ status: 400, body: { code: 'path_refused' } });
    },
  );
});

describe('the configuration', () => {
  it('is told with its revision and where each key comes from', async () => {
    const { body } = await gateway.get('/retraining/config');
    expect(body).toMatchObject({
      model: 'premier-league',
      config: { drift_threshold: 0.1 },
      revision: expect.any(Number) as number,
    });
    expect(body.sources).toMatchObject({ training_data_path: 'file', drift_threshold: 'default' });
  });

  it('changes as a whole, at once, and the change is remembered', async () => {
    const { status, body } = await gateway.post('/retraining/config', { drift_threshold: 0.25 });
    expect(status).toBe(200);
    expect(body.updated_config.drift_threshold).toBe(0.25);
    expect((await gateway.get('/retraining/config')).body.config.drift_threshold).toBe(0.25);
    const [revision] = (await gateway.get('/retraining/config/revisions?limit=1')).body.items;
    expect(revision).toMatchObject({ actor: 'api', changes: { drift_threshold: { from: 0.1, to: 0.25 } } });
  });

  it('changes for one model alone when it is named', async () => {
    const { status, body } = await gateway.post('/retraining/config?model=coin', { performance_threshold: 0.2 });
    expect([status, body.updated_config.performance_threshold]).toEqual([200, 0.2]);
    const of = async (model: string) => (await gateway.get(`/retraining/config?model=${model}`)).body.config;
    expect((await of('coin')).performance_threshold).toBe(0.2);
    expect((await of('premier-league')).performance_threshold).toBe(0.05);
    expect((await gateway.post('/retraining/config?model=coin', { max_concurrent_retraining: 2 })).status).toBe(400);
  });

  it('is refused with every problem and a hint, and stays', async () => {
    const before = (await gateway.get('/retraining/config')).body;
    const { status, body } = await gateway.post('/retraining/config', {
      drift_treshold: 0.3,
      min_new_predictions: 'many',
    });
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_config');
    const told = JSON.stringify(body.errors);
    expect(told).toContain('drift_threshold');
    expect(told).toContain('min_new_predictions');
    expect((await gateway.get('/retraining/config')).body).toEqual(before);
  });

  it.each([[[]], ['x'], [{}]])('refuses %j', async (body) => {
    expect((await gateway.post('/retraining/config', body)).status).toBe(400);
  });
});

describe('a model that nobody has', () => {
  it.each(['/retraining/status', '/retraining/history', '/retraining/config'])('is 404 at %s', async (path) => {
    const { status, body } = await gateway.get(`${path}?model=premier`);
    expect(status).toBe(404);
    expect(body.code).toBe('unknown_model');
  });
});

describe('a run that is fitting', () => {
  it('tells how far it is and how long it will take, by its pieces', async () => {
    const [runs, pieces] = [TrainingRuns, TrainingPieces].map((port) => gateway.app.get<unknown>(port as never)) as [
      TrainingRuns,
      TrainingPieces,
    ];
    const [id, token] = [crypto.randomUUID(), crypto.randomUUID()];
    const now = new Date();
    const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
    const run = (await runs.insert(aRun({ id, asOf: now, requestedAt: now })))!;
    await runs.claim(id, token, now, later(60), 9);
    await runs.beginStage(id, token, 'train');
    const judged = [50, 50].map((fitRows) => {
      const { work, ...piece } = aPiece({ id: crypto.randomUUID() });
      return { ...piece, work: { ...work, fitRows, judged: { from: fitRows, to: 100 } } };
    });
    await pieces.add(run, judged, now);
    await pieces.claim(judged[0]!.id, token, now, later(60));
    const outcome = { uri: 'sha256:0', sha256: '0', bytes: 0 };
    await pieces.complete(judged[0]!.id, token, later(5), { outcome });
    const told = { progress: 0.25, eta_seconds: 15, fits: { total: 3, done: 1, running: 0, cached: 0, failed: 0 } };
    expect((await gateway.get(`/retraining/runs/${id}`)).body).toMatchObject(told);
    expect((await gateway.get('/retraining/status?model=coin')).body.current_run).toMatchObject({ id, ...told });
    await runs.conclude(id, token, { status: 'failed', at: later(9) });
    const over = (await gateway.get(`/retraining/runs/${id}`)).body;
    expect(over).toMatchObject({ eta_seconds: null, fits: null });
  });
});
