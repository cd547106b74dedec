import { DomainError, unavailable } from '../shared/errors.js';
import type { Installation } from '../testing/installation.js';
import { eventsOf, execute, publishedModel, request, retrain, withChampion } from '../testing/loop.js';
import { RecoverRunsService } from './recover-runs.service.js';
import { RequestRetrainingService } from './request-retraining.service.js';
import type { TrainingRun } from './training-run.js';

const away = () => Promise.reject(unavailable('storage_unavailable', 'The storage is away.'));

/** Delivers whatever the queue holds until nothing is due within the next hour. */
async function deliverAll(house: Installation): Promise<number> {
  let deliveries = 0;
  for (const end = house.clock.now().getTime() + 3_600_000; house.clock.now().getTime() < end;) {
    const job = house.jobs.take('retrain');
    if (!job) {
      house.clock.advance({ seconds: 1 });
      continue;
    }
    deliveries++;
    await execute(house, (job.payload as { runId: string }).runId);
  }
  return deliveries;
}

const seconds = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1000;

describe('a failed run', () => {
  it('leaves the champion untouched', async () => {
    const house = await withChampion();
    const before = publishedModel(house);
    house.fitting.before = () => Promise.reject(new Error('the trainer has a bug'));
    const run = await retrain(house);
    expect(run).toMatchObject({
      status: 'failed',
      failure: { code: 'unexpected_error', message: 'the trainer has a bug', stage: 'train', retryable: false },
      result: { success: false, deployed: false, error: { stage: 'train' } },
    });
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
    expect(publishedModel(house)).toBe(before);
    expect(await house.runs.active('coin')).toBeUndefined();
    expect(await eventsOf(house, run.id)).toContain('run.failed');
  });

  it('is retried with back-off, then fails, and never storms', async () => {
    const house = await withChampion();
    house.fitting.before = away;
    const { id } = await request(house);
    const times: Date[] = [];
    const claim = house.runs.claim.bind(house.runs);
    house.runs.claim = async (...given) => {
      const run = await claim(...given);
      if (run) times.push(house.clock.now());
      return run;
    };
    await deliverAll(house);
    expect(times).toHaveLength(3);
    expect(seconds(times[0]!, times[1]!)).toBeGreaterThanOrEqual(10);
    expect(seconds(times[1]!, times[2]!)).toBeGreaterThanOrEqual(20);
    expect((await house.runs.find(id))?.status).toBe('failed');
    const events = await eventsOf(house, id);
    expect(events.filter((type) => type === 'run.retried')).toHaveLength(2);
    expect(events.filter((type) => type === 'run.failed')).toHaveLength(1);
    await house.get(RecoverRunsService).execute();
    expect(await deliverAll(house)).toBe(0);
  });

  it('succeeds when what was away comes back in time', async () => {
    const house = await withChampion();
    let fits = 0;
    house.fitting.before = () => (++fits === 1 ? away() : Promise.resolve());
    const { id } = await request(house);
    await deliverAll(house);
    expect((await house.runs.find(id))?.status).toBe('awaiting_approval');
  });

  it('counts for the cool-down like any other attempt', async () => {
    const house = await withChampion();
    house.fitting.before = () => Promise.reject(new Error('broken'));
    const failed = await retrain(house);
    const asked = { model: 'coin', triggers: ['time_based'], reason: 'old', forced: false, actor: 'system' };
    const answer = await house.get(RequestRetrainingService).execute(asked);
    expect(answer).toEqual({ kind: 'cooling_down', until: new Date(failed.requestedAt.getTime() + 7 * 86_400_000) });
  });

  it('a missing data file gives a failed run with the error, and nothing is lost', async () => {
    const house = await withChampion();
    await house.config.update({ training_data_path: 'data/absent.csv' }, 'test');
    const run = await retrain(house);
    expect(run.failure).toMatchObject({ code: 'data_file_missing', stage: 'prepare' });
    expect(run.failure?.message).toContain('data/absent.csv');
    expect(run.outputs.backup).toBeDefined();
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
  });

  it('too few rows fail for good, and say how many there were and what was wrong with the others', async () => {
    const house = await withChampion();
    house.reader.files.set('few.csv', [{ id: 'a', at: '2020-01-01', tilt: 'x', side: 'heads' }]);
    await house.config.update({ training_data_path: 'few.csv' }, 'test');
    const run = await retrain(house);
    expect(run.failure).toMatchObject({ code: 'insufficient_data', retryable: false });
    expect(run.failure?.message).toMatch(/0 rows.*1 rows were rejected; row 1: tilt: must be a number/);
  });

  it('a full disk while an artifact is written is tried again', async () => {
    const house = await withChampion();
    const put = house.artifacts.put.bind(house.artifacts);
    let writes = 0;
    house.artifacts.put = (bytes) =>
      ++writes === 1 ? Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' })) : put(bytes);
    const run = await retrain(house);
    expect(run).toMatchObject({ status: 'queued', failure: { retryable: true, stage: 'prepare' } });
    await deliverAll(house);
    expect((await house.runs.find(run.id))?.status).toBe('awaiting_approval');
  });

  it('an artifact that the loader refuses is never promoted', async () => {
    const house = await withChampion({ config: { enable_automatic_deployment: true } });
    const load = house.loader.load.bind(house.loader);
    const champion = (await house.models.version('coin', 1))!;
    house.loader.load = (artifact, expectation) => {
      const ofRun = Buffer.from(artifact).includes('run_id');
      const isCandidate = ofRun && artifact.length !== champion.artifact.bytes;
      return isCandidate
        ? Promise.reject(new DomainError('unprocessable', 'invalid_artifact', 'bad'))
        : load(artifact, expectation);
    };
    const run = await retrain(house);
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'invalid_artifact', stage: 'validate' } });
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
  });
});

describe('a trainer that shuts down', () => {
  it('hands its run back at once, and that is no failure', async () => {
    const house = await withChampion();
    const { id } = await request(house);
    const shutdown = new AbortController();
    house.fitting.before = () => Promise.resolve(shutdown.abort());
    const handedBack = await execute(house, id, shutdown.signal);
    expect(handedBack).toMatchObject({ status: 'queued', failure: undefined });
    expect(house.jobs.waiting.filter((job) => job.notBefore <= house.clock.now()).length).toBeGreaterThan(0);
    house.fitting.before = () => Promise.resolve();
    const run: TrainingRun = await execute(house, id);
    expect(run.status).toBe('awaiting_approval');
    expect(await eventsOf(house, id)).not.toContain('run.retried');
  });
});

describe('runs at once over all models', () => {
  it('never exceed max_concurrent_retraining; the others wait their turn', async () => {
    const models = { coin: { definition: 'coin' }, token: { definition: 'coin' } };
    const house = await withChampion({ config: { models } });
    const [one, other] = [(await house.runs.active('token'))!, await request(house)];
    let second: TrainingRun | undefined;
    house.fitting.before = async () => {
      second ??= await execute(house, other.id);
    };
    await execute(house, one.id);
    expect(second?.status).toBe('queued');
    // The place that became free is handed on at once, without a moment of waiting.
    const delivered = house.jobs.waiting.filter(({ notBefore }) => notBefore <= house.clock.now());
    expect(delivered.map(({ payload }) => payload)).toContainEqual({ runId: other.id });
    await deliverAll(house);
    expect((await house.runs.find(other.id))?.status).toBe('awaiting_approval');
  });

  it('go in the order of their requests, whoever is delivered first', async () => {
    const models = Object.fromEntries(['coin', 'token', 'dice'].map((name) => [name, { definition: 'coin' }]));
    const house = await withChampion({ config: { models } });
    const waiting = [(await house.runs.active('token'))!, (await house.runs.active('dice'))!];
    const last = await request(house);
    const begun: string[] = [];
    for (const { id } of [last, ...waiting.toReversed(), last, ...waiting.toReversed(), last]) {
      const { attempt } = (await house.runs.find(id))!;
      if ((await execute(house, id)).attempt > attempt) begun.push(id);
    }
    expect(begun).toHaveLength(3);
    expect([...begun].sort()).toEqual([...waiting, last].map(({ id }) => id).sort());
    expect(begun.at(-1)).toBe(last.id);
  });
});
