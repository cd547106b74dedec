import { unavailable, unprocessable } from '../shared/errors.js';
import { trainOutput } from '../run/outputs.js';
import { CancelRunService } from '../run/cancel-run.service.js';
import { ExecuteRunService } from '../run/execute-run.service.js';
import type { FittingJob } from '../run/fitting.port.js';
import { RecoverRunsService } from '../run/recover-runs.service.js';
import { installation, type Installation } from '../testing/installation.js';
import { execute, request, retrain, withChampion } from '../testing/loop.js';
import { Mortal } from '../testing/mortal.js';
import { TrainPieceService } from './train-piece.service.js';

/** Ends whatever a failed example leaves at work. */
let machine: AbortController;
beforeEach(() => (machine = new AbortController()));
afterEach(() => machine.abort(new Error('The example is over.')));
const uses = (...steps: readonly number[]) => steps.map((count) => ({ use: 'tiny_softmax', with: { steps: count } }));
const config = {
  enable_automatic_deployment: true,
  evaluation: { min_rows: 40, max_rows: 40, blocks: 2 },
  gates: ['minimum_score', 'parity'].map((use) => ({ use, with: {} })),
  training_data_from: '2020-06-10',
};

/** Two recipes on two blocks beside a champion that knows half of the judged rows or all of them. */
async function aHouse(steps: readonly number[] = [2, 3]): Promise<Installation> {
  const house = await withChampion({ config });
  await house.config.update({ trainers: uses(...steps) }, 'test');
  house.fitting.jobs.length = 0;
  house.jobs.waiting.length = 0;
  return house;
}

const pause = (milliseconds = 1) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 4000) throw new Error('What was waited for did not happen.');
    await pause();
  }
}

/** The run's own trainer leaves every piece to the others. */
const leaveToOthers = (house: Installation) => Object.assign(house.timing, { patience: Infinity });

/** A trainer that takes pieces from the queue, one at a time, until `stop` is called. */
function helper(house: Installation, get = house.process()) {
  let going = true;
  let pieces = 0;
  const loop = async () => {
    while (going && !machine.signal.aborted) {
      const job = house.jobs.take('train-candidate');
      if (!job) await pause();
      else {
        await get(TrainPieceService).execute(machine.signal);
        pieces++;
      }
    }
  };
  const ended = loop();
  return {
    count: () => pieces,
    stop: async () => {
      going = false;
      await ended;
    },
  };
}

/** Waits for ever unless the fit is ended. */
const stuck = ({ signal }: FittingJob) =>
  new Promise<void>((_, reject) => {
    const end = () => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });

const evaluations = (house: Installation) => house.fitting.jobs.filter(({ lineage }) => lineage.purpose !== undefined);

describe('the fits of a run', () => {
  it('are done by its own trainer alone when there is no other', async () => {
    const house = await aHouse();
    const run = await retrain(house);
    expect(run.status).toBe('deployed');
    // Two recipes and the champion's on two blocks each, and the candidate.
    expect(trainOutput(run).fits).toMatchObject({ total: 7, cached: 0, failed: 0 });
    expect(run.result).toMatchObject({ training_metrics: { fits: { total: 7 } } });
    expect(house.fitting.jobs).toHaveLength(7);
  });

  it('are done by other trainers when they take them, and give the same candidate bit for bit', async () => {
    const [alone, helped] = [await aHouse(), await aHouse()];
    leaveToOthers(helped);
    helped.fitting.before = () => pause(2).then(() => undefined);
    const trainers = [helper(helped), helper(helped)];
    const runs = [await retrain(alone), await execute(helped, (await request(helped)).id, machine.signal)];
    for (const { stop } of trainers) await stop();
    expect(runs.map(({ status }) => status)).toEqual(['deployed', 'deployed']);
    // The artifact names its run; the evidence holds every score.
    const told = runs.map((run) => ({ ...trainOutput(run), fits: undefined, sha256: undefined }));
    expect(told[1]).toEqual(told[0]);
    for (const { count } of trainers) expect(count()).toBeGreaterThan(0);
  });

  it('go on side by side: several trainers fit at the same time', async () => {
    const house = await aHouse();
    leaveToOthers(house);
    let now = 0;
    let most = 0;
    house.fitting.before = async () => {
      most = Math.max(most, ++now);
      await pause(5);
      now--;
    };
    const trainers = [helper(house), helper(house), helper(house)];
    await execute(house, (await request(house)).id, machine.signal);
    for (const { stop } of trainers) await stop();
    expect(most).toBe(3);
  });

  it('are told to the others once each', async () => {
    const house = await aHouse();
    const { id } = await request(house);
    const shutdown = new AbortController();
    house.fitting.before = () => Promise.resolve(shutdown.abort());
    await execute(house, id, shutdown.signal);
    const pieces = (await house.pieces.ofRun(id)).map((piece) => piece.id);
    const jobs = house.jobs.waiting.filter(({ payload }) => pieces.includes((payload as { pieceId: string }).pieceId));
    expect(jobs.map(({ payload }) => (payload as { pieceId: string }).pieceId)).toEqual(pieces);
  });

  it('are the same pieces for the next attempt: what was fitted is not fitted again', async () => {
    const house = await aHouse();
    const { id } = await request(house);
    const shutdown = new AbortController();
    house.fitting.before = async () => {
      if (house.fitting.jobs.length === 4) shutdown.abort();
    };
    expect((await execute(house, id, shutdown.signal)).status).toBe('queued');
    const pieces = await house.pieces.ofRun(id);
    expect(pieces.map(({ status }) => status).sort()).toEqual([
      'fitted',
      'fitted',
      'fitted',
      'queued',
      'queued',
      'queued',
    ]);
    expect(pieces.every(({ attempt, status }) => attempt === (status === 'fitted' ? 1 : 0))).toBe(true);
    expect((await execute(house, id)).status).toBe('deployed');
    expect(house.fitting.jobs).toHaveLength(8);
  });
});

describe('a trainer that dies with a piece', () => {
  it.each(['before', 'after'] as const)(
    'at any call, %s it took effect: another takes the piece over and the run ends as if nothing had been',
    async (when) => {
      for (let dieAt = 1; ; dieAt++) {
        const house = await aHouse([2]);
        const timing = leaveToOthers(house);
        const { id } = await request(house);
        const running = house.get(ExecuteRunService).execute(id, machine.signal);
        const mortal = new Mortal(dieAt, when);
        const get = house.mortalProcess(mortal);
        await until(() => house.jobs.waiting.some(({ name }) => name === 'train-candidate'));
        house.jobs.take('train-candidate');
        await get(TrainPieceService)
          .execute(machine.signal)
          .catch(() => undefined);
        house.clock.advance({ seconds: 31 });
        Object.assign(timing, { patience: 0 });
        await running;
        const run = (await house.runs.find(id))!;
        expect(run.status).toBe('deployed');
        const pieces = await house.pieces.ofRun(id);
        expect(pieces.map(({ status }) => status)).toEqual(pieces.map(() => 'fitted'));
        expect((await house.models.versions('coin', { limit: 9 })).items).toHaveLength(2);
        if (!mortal.dead) {
          expect(dieAt).toBeGreaterThan(5);
          return;
        }
      }
    },
    120_000,
  );

  it('frozen, and thaws: it is refused, and the result of whoever took over stands', async () => {
    const house = await aHouse([2]);
    const timing = leaveToOthers(house);
    let thaw = () => undefined as void;
    const frozen = new Promise<void>((resolve) => (thaw = resolve));
    let fits = 0;
    house.fitting.before = () => (++fits === 1 ? frozen : Promise.resolve());
    const { id } = await request(house);
    const running = house.get(ExecuteRunService).execute(id, machine.signal);
    const job = () => house.jobs.waiting.find(({ name }) => name === 'train-candidate');
    await until(() => job() !== undefined);
    const { pieceId } = house.jobs.take('train-candidate')!.payload as { pieceId: string };
    const sleeper = house.mortalProcess(new Mortal(Infinity, 'before'))(TrainPieceService).execute(machine.signal);
    await until(() => fits === 1);
    const token = (await house.pieces.find(pieceId))!.attemptToken!;
    house.clock.advance({ seconds: 31 });
    Object.assign(timing, { patience: 0 });
    await running;
    const before = await house.pieces.find(pieceId);
    expect(before).toMatchObject({ status: 'fitted', attempt: 2 });
    thaw();
    await sleeper;
    expect(await house.pieces.find(pieceId)).toEqual(before);
    expect(await house.pieces.heartbeat(pieceId, token, house.clock.now(), 0)).toBe(false);
    expect((await house.runs.find(id))?.status).toBe('deployed');
  });

  it('every time: the piece fails alone, and so does its recipe', async () => {
    const house = await aHouse();
    const { id } = await request(house);
    const deadly = (job: FittingJob) => job.recipe.with['steps'] === 3;
    for (let death = 0; death < 5; death++) {
      const mortal = new Mortal(Infinity, 'before');
      house.fitting.before = async (job) => {
        if (deadly(job)) mortal.dead = true;
      };
      await house
        .mortalProcess(mortal)(ExecuteRunService)
        .execute(id, machine.signal)
        .catch(() => undefined);
      if (!mortal.dead) break;
      house.clock.advance({ seconds: 31 });
      await house.get(RecoverRunsService).execute();
    }
    const run = (await house.runs.find(id))!;
    expect(run.status).toBe('deployed');
    expect(trainOutput(run)).toMatchObject({ recipe: { with: { steps: 2 } } });
    const [, spoilt] = trainOutput(run).tried;
    expect(spoilt?.problem).toContain('was begun 4 times and never came to an end');
  }, 30_000);
});

describe('a piece that cannot be fitted', () => {
  it('costs its recipe only: the run goes on with the others and says why, and the rest of its pieces is dropped', async () => {
    const house = await aHouse();
    house.fitting.before = ({ recipe }) =>
      recipe.with['steps'] === 3
        ? Promise.reject(unprocessable('fitting_out_of_memory', 'The fit needed more than 1024 MB.'))
        : Promise.resolve();
    const run = await retrain(house);
    expect(run.status).toBe('deployed');
    const [good, bad] = trainOutput(run).tried;
    expect(good).toMatchObject({ recipe: uses(2)[0], metrics: { accuracy: expect.any(Number) as number } });
    expect(bad).toEqual({ recipe: uses(3)[0], problem: 'The fit needed more than 1024 MB.' });
    const pieces = await house.pieces.ofRun(run.id);
    expect(pieces.some(({ status }) => status === 'queued' || status === 'running')).toBe(false);
  });

  it('ends the run when no recipe is left, with the reason', async () => {
    const house = await aHouse();
    house.fitting.before = () => Promise.reject(unprocessable('fitting_timed_out', 'It took longer than 1 s.'));
    expect((await retrain(house)).failure).toMatchObject({
      code: 'fitting_timed_out',
      stage: 'train',
      retryable: false,
    });
  });

  it('for a reason that may pass is tried again with the run', async () => {
    const house = await aHouse();
    let away = true;
    house.fitting.before = () => (away ? Promise.reject(unavailable('storage_full', 'Full.')) : Promise.resolve());
    const { id } = await request(house);
    expect(await execute(house, id)).toMatchObject({ status: 'queued', failure: { code: 'storage_full' } });
    away = false;
    house.clock.advance({ seconds: 11 });
    expect((await execute(house, id)).status).toBe('deployed');
  });
});

describe('a piece of a run that is over', () => {
  it.each(['a helper', 'its own trainer'])('is stopped at %s when the run is cancelled', async (who) => {
    const house = await aHouse();
    const patience = who === 'a helper' ? leaveToOthers(house) : undefined;
    house.fitting.before = stuck;
    const { id } = await request(house);
    const running = house.get(ExecuteRunService).execute(id, machine.signal);
    const helping = patience && helper(house);
    await until(() => house.fitting.jobs.length > 0);
    await house.get(CancelRunService).execute({ runId: id, actor: 'api', reason: 'enough' });
    await running;
    expect((await house.runs.find(id))?.status).toBe('cancelled');
    await helping?.stop();
    const held = (await house.pieces.ofRun(id)).filter(({ status }) => status === 'running');
    // A helper learns of it by its heartbeat and leaves the row as it is: nobody may claim it any more.
    expect(held.length).toBeLessThanOrEqual(who === 'a helper' ? 1 : 0);
    for (const { id: piece } of await house.pieces.ofRun(id)) {
      const later = new Date(house.clock.now().getTime() + 1e6);
      expect(await house.pieces.claim(piece, 'late', later, later)).toBeUndefined();
    }
  });
});

describe('work that was done before', () => {
  const versioned = () => {
    const house = installation({ config: { ...config, min_validation_accuracy: 0, trainers: uses(2, 3) } });
    Object.assign(house.plugins.trainers.get('tiny_softmax'), { version: '1' });
    return house;
  };

  afterEach(() => {
    Object.assign(installation().plugins.trainers.get('tiny_softmax'), { version: undefined });
  });

  /** Two runs on the same rows; `between` them something happens. */
  async function twice(house: Installation, between: () => unknown = () => undefined) {
    await house.get(RecoverRunsService).execute();
    await execute(house, (await house.runs.active('coin'))!.id);
    house.clock.advance({ days: 30 });
    await between();
    house.fitting.jobs.length = 0;
    return retrain(house);
  }

  it('is not done again by another run on the same rows', async () => {
    const house = versioned();
    const run = await twice(house);
    expect(trainOutput(run).fits).toMatchObject({ total: 5, cached: 4, failed: 0 });
    expect(evaluations(house)).toHaveLength(0);
    // The candidate names its run in its bytes.
    expect(house.fitting.jobs).toHaveLength(1);
  });

  it.each([
    ['another seed', { seed: 7 }, 0],
    ['other blocks', { evaluation: { min_rows: 40, max_rows: 40, blocks: 3 } }, 0],
    ['one more recipe', { trainers: uses(2, 3, 9) }, 4],
  ])('is done again as far as it differs: %s', async (_, change, cached) => {
    const house = versioned();
    const run = await twice(house, () => house.config.update(change, 'test'));
    expect(trainOutput(run).fits.cached).toBe(cached);
  });

  it('is done again by other code of a trainer, and by a trainer that names no version of its code', async () => {
    const other = versioned();
    const trainer = other.plugins.trainers.get('tiny_softmax');
    expect(trainOutput(await twice(other, () => Object.assign(trainer, { version: '2' }))).fits.cached).toBe(0);
    Object.assign(trainer, { version: undefined });
    const nameless = installation({ config: { ...config, min_validation_accuracy: 0, trainers: uses(2, 3) } });
    expect(trainOutput(await twice(nameless)).fits.cached).toBe(0);
  });

  it.each(['damaged', 'lost'] as const)('and whose result is %s is done again', async (how) => {
    const house = versioned();
    const run = await twice(house, async () => {
      for (const { result } of await house.pieces.ofRun((await house.runs.latest('coin'))!.id)) {
        if (how === 'lost') house.artifacts.lose(result!.outcome.uri);
        else house.artifacts.corrupt(result!.outcome.uri);
      }
    });
    expect(run.status).toBe('deployed');
    expect(trainOutput(run).fits).toMatchObject({ total: 5, cached: 0 });
    expect(evaluations(house)).toHaveLength(4);
  });
});
