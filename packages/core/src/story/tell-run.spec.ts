import { ApproveRunService } from '../deployment/approve-run.service.js';
import { RollbackService } from '../deployment/rollback.service.js';
import { WatchRolloutsService } from '../rollout/watch-rollouts.service.js';
import { reportHtml } from '../run/report-html.js';
import { reportMarkdown } from '../run/report-markdown.js';
import type { Installation } from '../testing/installation.js';
import { execute, request, retrain, withChampion } from '../testing/loop.js';
import { rollingOutHouse } from '../testing/rolling-out.js';
import { Traffic } from '../testing/traffic.js';
import { EvaluateTriggersService } from '../trigger/evaluate-triggers.service.js';
import { lineageTold, servedSpans } from './lineage-told.js';
import type { RunStory } from './run-story.js';
import { stagesOf } from './stages.js';
import { storySections } from './story-sections.js';
import { TellRunService } from './tell-run.service.js';
import { timelineOf } from './timeline.js';

const tell = async (coin: Installation, runId: string) =>
  coin.get(TellRunService).execute((await coin.runs.find(runId))!);
const check = (coin: Installation) => coin.get(EvaluateTriggersService).execute({ model: 'coin', actor: 'system' });
const chapters = (story: RunStory) => [...new Set(timelineOf(story).map(({ chapter }) => chapter))];

/** A run that a trigger asked for, tried as a canary, promoted, looked at on probation, and taken back by a person. */
async function wholeLife() {
  const coin = await rollingOutHouse(
    {},
    { triggers: [{ use: 'time_based', with: {} }], max_days_without_retraining: 1 },
  );
  const { runId } = await check(coin);
  await execute(coin, runId!);
  const traffic = await Traffic.of(coin);
  for (let round = 0; round < 80 && (await coin.rollouts.active('coin')); round++) {
    await traffic.play(30);
    coin.clock.advance({ hours: 2 });
    await coin.get(WatchRolloutsService).execute();
  }
  coin.clock.advance({ hours: 1 });
  await check(coin);
  coin.clock.advance({ hours: 1 });
  const back = { model: 'coin', actor: 'key:ann', reason: 'complaints <b>', quarantine: true };
  await coin.get(RollbackService).execute(back);
  return { coin, runId: runId! };
}

describe('the story of a run', () => {
  it('goes from what fired over stages, gates, rollout and aliases to probation, roll-back and quarantine', async () => {
    const { coin, runId } = await wholeLife();
    const story = await tell(coin, runId);
    expect(story.firing?.payload.triggers).toEqual(['time_based']);
    expect(stagesOf(story.run, story.events).map(({ stage, state, attempts }) => [stage, state, attempts])).toEqual(
      ['backup', 'prepare', 'train', 'validate', 'deploy', 'report'].map((stage) => [stage, 'completed', 1]),
    );
    expect(story.pieces.length).toBeGreaterThan(1);
    expect(story.deployments.map(({ deployment: { kind, version } }) => [kind, version])).toEqual([
      ['promotion', 2],
      ['rollback', 1],
    ]);
    const [tried] = story.deployments;
    expect(tried?.rollout).toMatchObject({ status: 'promoted', challenger: 2 });
    expect(tried?.looks.map(({ number }) => number)).toEqual(tried?.looks.map((_, index) => index + 1));
    const champions = story.moves.filter(({ alias }) => alias === 'champion');
    expect(champions.map(({ version }) => version)).toEqual([2, 1]);
    expect(story.probations).toHaveLength(1);
    expect(story.quarantine).toMatchObject({ version: 2, by: 'key:ann' });
    expect(chapters(story)).toEqual(
      expect.arrayContaining(['trigger', 'request', 'run', 'gates', 'rollout', 'alias', 'probation', 'quarantine']),
    );
    const times = timelineOf(story).map(({ at }) => at.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('leaves out the trial of the next challenger, and keeps the one that took its place', async () => {
    const { coin, runId } = await wholeLife();
    await coin.config.update({ trainers: [{ use: 'tiny_softmax', with: { steps: 11 } }] }, 'test');
    coin.clock.advance({ hours: 1 });
    const next = await retrain(coin);
    expect(next.status).toBe('rolling_out');
    const { moves, deployments } = await tell(coin, runId);
    expect(moves.at(-1)).toMatchObject({ alias: 'challenger', previousVersion: 2, version: 3 });
    expect(deployments.map(({ deployment }) => deployment.version)).toEqual([2, 1]);
  });

  it('is what reports say when they are read, and nothing in it becomes markup', async () => {
    const { coin, runId } = await wholeLife();
    const story = await tell(coin, runId);
    const followed = storySections(story);
    const html = reportHtml(story.run, followed);
    const markdown = reportMarkdown(story.run, followed);
    for (const text of ['What fired', 'Stages', 'Fits', 'Rollout: canary', 'Aliases', 'Probation of version 2']) {
      expect(html).toContain(text);
      expect(markdown).toContain(text);
    }
    expect(html).toContain('<svg');
    expect(html).toContain('complaints &lt;b&gt;');
    expect(html).not.toContain('complaints <b>');
    expect(markdown).toContain('complaints \\<b\\>');
  });

  it('of a person’s run has no firing, though one met it, and tells what it waits for and who approved it', async () => {
    const triggers = [{ use: 'time_based', with: {} }];
    const often = { max_days_without_retraining: 1, min_days_between_retraining: 0 };
    const coin = await withChampion({ config: { triggers, ...often } });
    const { id } = await request(coin);
    coin.clock.advance({ hours: 1 });
    expect(await check(coin)).toMatchObject({ decision: 'coalesced', runId: id });
    await execute(coin, id);
    const waiting = await tell(coin, id);
    expect(waiting.firing).toBeUndefined();
    expect(timelineOf(waiting).at(-1)).toMatchObject({ chapter: 'approval', who: 'system' });
    await coin.get(ApproveRunService).execute({ runId: id, actor: 'key:ann', reason: 'looks right' });
    const told = await tell(coin, id);
    expect(told.deployments[0]?.approvals).toMatchObject([{ actor: 'key:ann', reason: 'looks right' }]);
    expect(timelineOf(told)).toContainEqual(
      expect.objectContaining({ chapter: 'approval', who: 'key:ann', told: 'Approved version 2: looks right' }),
    );
  });

  it('of a run that failed tells in which stage, and nothing that never was', async () => {
    const coin = await withChampion();
    coin.fitting.before = () => Promise.reject(new Error('no such luck'));
    const { id } = await retrain(coin);
    const story = await tell(coin, id);
    expect(story.run.status).toBe('failed');
    expect(stagesOf(story.run, story.events).map(({ stage, state }) => [stage, state])).toEqual([
      ['backup', 'completed'],
      ['prepare', 'completed'],
      ['train', 'ended'],
      ['validate', 'ahead'],
      ['deploy', 'ahead'],
      ['report', 'ahead'],
    ]);
    expect(story).toMatchObject({ deployments: [], moves: [], probations: [] });
    expect(chapters(story)).toEqual(['request', 'run', 'end']);
  });
});

describe('the lineage of a run', () => {
  it('names rows, code, configuration as it was, seed, parent, environment, fits, approval and when it served', async () => {
    const { coin, runId } = await wholeLife();
    await coin.config.update({ seed: 99 }, 'test');
    const version = (await coin.models.version('coin', 2))!;
    const lineage = lineageTold(await tell(coin, runId));
    expect(lineage).toMatchObject({
      run_id: runId,
      data: { hash: version.lineage.dataHash, snapshot: { sha256: version.lineage.dataHash } },
      code_version: version.lineage.codeVersion,
      configuration: { revision: version.lineage.configRevision, values: { seed: version.lineage.seed } },
      seed: version.lineage.seed,
      parent_version: 1,
      environment: { node: process.version },
      artifact: { version: 2, sha256: version.artifact.sha256 },
      served: [{ alias: 'challenger' }, { alias: 'champion', by: 'system', until: expect.any(String) as string }],
      quarantined: true,
    });
    expect(lineage['fits']).toHaveLength((await coin.pieces.ofRun(runId)).length);
  });

  it('counts the times of each alias apart, and a last one that goes on', async () => {
    const { coin, runId } = await wholeLife();
    const { moves } = await tell(coin, runId);
    const spans = servedSpans(1, moves).filter(({ alias }) => alias === 'champion');
    expect(spans).toEqual([{ alias: 'champion', from: moves.at(-1)!.movedAt, by: 'key:ann' }]);
  });
});
