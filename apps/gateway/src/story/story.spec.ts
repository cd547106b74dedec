import { randomUUID } from 'node:crypto';
import { ArtifactStore, Models, TrainingRuns } from '@retrain/core';
import { aRun } from '@retrain/core/testing';
import { artifactOf, gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
  await gateway.promote('coin', [1, 0]);
}, 60_000);

afterAll(() => gateway?.close());

/** A run that has made a version. */
async function aRunWithVersion() {
  const run = aRun({ id: randomUUID(), model: 'coin', requestedBy: 'key:ann', reason: 'a <b>bold</b> try' });
  await gateway.app.get(TrainingRuns).insert(run);
  const models = gateway.app.get(Models);
  const { id: _, version: __, createdAt: ___, ...first } = (await models.version('coin', 1))!;
  const artifact = await gateway.app.get(ArtifactStore).put(artifactOf('coin', [2, 0]));
  const { version } = await models.addVersion({ ...first, runId: run.id, artifact });
  return { id: run.id, version };
}

describe('the story of a run', () => {
  it('follows its version from the request over aliases to roll-back and quarantine, as JSON, Markdown and HTML', async () => {
    const { id, version } = await aRunWithVersion();
    const url = `/retraining/runs/${id}`;
    const waiting = (await gateway.get(`${url}/story`)).body;
    expect(waiting).toMatchObject({ run: { id, status: 'queued' }, firing: null, alias_moves: [], deployments: [] });
    expect(waiting.stages.map(({ state }: { state: string }) => state)).toEqual(Array(6).fill('ahead'));

    await gateway.post('/models/coin/promote', { version, reason: 'better' });
    await gateway.post('/models/coin/rollback', { reason: 'complaints', quarantine: true });
    const { body: story } = await gateway.get(`${url}/story`);
    expect(story).toMatchObject({
      candidate: { version },
      deployments: [
        { kind: 'promotion', version, rollout: null },
        { kind: 'rollback', version: 1, reason: 'complaints' },
      ],
      alias_moves: [
        { alias: 'champion', version, previous_version: 1 },
        { alias: 'champion', version: 1, previous_version: version },
      ],
      quarantine: { version, state: 'quarantined', reason: 'complaints' },
    });
    const told = story.timeline.map((entry: { told: string }) => entry.told).join('\n');
    expect(told).toMatch(/Retraining requested.*\n[^]*moved from version 1[^]*complaints/);

    const markdown = await gateway.get(`${url}/report`, { accept: 'text/markdown' });
    expect(markdown.text).toContain(`Quarantine of version ${version}`);
    const html = await gateway.get(`${url}/report`, { accept: 'text/html' });
    expect(html.text).toContain('a &lt;b&gt;bold&lt;/b&gt; try');

    const { body: lineage } = await gateway.get(`${url}/lineage`);
    expect(lineage).toMatchObject({ run_id: id, artifact: { version }, quarantined: true });
    expect(lineage.served).toEqual([
      { alias: 'champion', from: story.alias_moves[0].since, until: story.alias_moves[1].since, by: 'api' },
    ]);
    expect((await gateway.get(`/models/coin/versions/${version}/lineage`)).body).toEqual(lineage);
  });

  it.each(['story', 'lineage', 'report'])('has no %s where there is no run', async (part) => {
    for (const id of [randomUUID(), 'nonsense']) {
      const answer = await gateway.get(`/retraining/runs/${id}/${part}`);
      expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_run' } });
    }
  });
});
