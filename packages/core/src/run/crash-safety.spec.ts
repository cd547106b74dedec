import type { Installation } from '../testing/installation.js';
import { eventsOf, execute, publishedModel, request, withChampion } from '../testing/loop.js';
import { Mortal } from '../testing/mortal.js';
import { ExecuteRunService } from './execute-run.service.js';
import { RecoverRunsService } from './recover-runs.service.js';
import { runStages, type RunStage, type TrainingRun } from './training-run.js';

const never = new AbortController().signal;
/** Small enough to be played a hundred times. */
const config = {
  enable_automatic_deployment: true,
  evaluation: { min_rows: 40, max_rows: 40, blocks: 1 },
  gates: ['minimum_score', 'parity'].map((use) => ({ use, with: {} })),
  training_data_from: '2020-06-10',
};

async function quickHouse(): Promise<Installation> {
  const house = await withChampion({ config });
  await house.config.update({ trainers: [{ use: 'tiny_softmax', with: { steps: 2 } }] }, 'test');
  return house;
}

/** Plays the run in a process that is killed. */
async function playUntilKilled(house: Installation, runId: string, mortal: Mortal): Promise<void> {
  await house
    .mortalProcess(mortal)(ExecuteRunService)
    .execute(runId, never)
    .catch(() => undefined);
}

/** Half a minute later: the lease has run out, the run is delivered again, another process takes it. */
async function resume(house: Installation, runId: string): Promise<TrainingRun> {
  house.clock.advance({ seconds: 31 });
  await house.get(RecoverRunsService).execute();
  if (house.jobs.take('retrain')) await execute(house, runId);
  return (await house.runs.find(runId))!;
}

async function expectPromotedOnce(house: Installation, run: TrainingRun): Promise<void> {
  expect(run.status).toBe('deployed');
  expect(run.result).toMatchObject({ success: true, deployed: true });
  const { items: versions } = await house.models.versions('coin', { limit: 10 });
  expect(versions.map(({ version }) => version)).toEqual([2, 1]);
  const { items: moves } = await house.models.aliasMoves('coin', 'champion', { limit: 10 });
  expect(moves.map(({ version }) => version)).toEqual([2, 1]);
  const artifact = await house.artifacts.get(versions[0]!.artifact);
  expect(publishedModel(house)).toBe(Buffer.from(artifact).toString('hex'));
  const ofAttempts = ['run.started', 'run.recovered', 'run.attempt_refused'];
  const told = (await eventsOf(house, run.id)).filter((type) => !ofAttempts.includes(type));
  expect(told).toEqual([
    'run.requested',
    'run.stage_completed',
    'run.stage_completed',
    'candidate.created',
    'run.stage_completed',
    'candidate.accepted',
    'run.stage_completed',
    'deployment.promoted',
    'run.stage_completed',
    'run.stage_completed',
    'run.completed',
  ]);
}

describe('a trainer that is killed (kill -9)', () => {
  it.each(['before', 'after'] as const)(
    'at any call, %s it took effect: the run resumes elsewhere and everything has happened exactly once',
    async (when) => {
      for (let dieAt = when === 'before' ? 1 : 2; ; dieAt += 2) {
        const house = await quickHouse();
        const { id } = await request(house);
        const mortal = new Mortal(dieAt, when);
        await playUntilKilled(house, id, mortal);
        if (!mortal.dead) {
          expect(dieAt).toBeGreaterThan(30);
          return;
        }
        await expectPromotedOnce(house, await resume(house, id));
      }
    },
    120_000,
  );

  it.each(runStages)(
    'in the stage %s: the next attempt starts with that stage and repeats no completed one',
    async (stage) => {
      const house = await quickHouse();
      const { id } = await request(house);
      const begun: RunStage[] = [];
      const beginStage = house.runs.beginStage.bind(house.runs);
      const mortal = new Mortal(Infinity, 'before');
      house.runs.beginStage = async (...given) => {
        const answer = await beginStage(...given);
        if (begun.at(-1) !== given[2]) begun.push(given[2]);
        if (given[2] === stage && !mortal.dead && given[1] === (await house.runs.find(id))?.attemptToken)
          mortal.dead = true;
        return answer;
      };
      await playUntilKilled(house, id, mortal);
      expect(begun).toEqual(runStages.slice(0, runStages.indexOf(stage) + 1));
      house.runs.beginStage = beginStage;
      const resumed = house.runs.beginStage.bind(house.runs);
      const repeated: RunStage[] = [];
      house.runs.beginStage = (...given) => {
        if (repeated.at(-1) !== given[2]) repeated.push(given[2]);
        return resumed(...given);
      };
      await expectPromotedOnce(house, await resume(house, id));
      expect(repeated).toEqual(runStages.slice(runStages.indexOf(stage)));
      expect(await eventsOf(house, id)).toContain('run.recovered');
    },
  );
});

describe('an attempt that was presumed dead and thaws', () => {
  it('is refused: none of its writes count, the log says so, and it stops', async () => {
    const house = await quickHouse();
    const { id } = await request(house);
    let thaw = () => undefined as void;
    const frozen = new Promise<void>((resolve) => (thaw = resolve));
    let fits = 0;
    house.fitting.before = () => (++fits === 1 ? frozen : Promise.resolve());
    const sleeper = house.mortalProcess(new Mortal(Infinity, 'before'))(ExecuteRunService).execute(id, never);
    while (fits === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const token = (await house.runs.find(id))!.attemptToken!;
    const run = await resume(house, id);
    expect(run.status).toBe('deployed');
    thaw();
    await sleeper;
    const refusals = await house.events.after(0, 100, { runId: id, types: ['run.attempt_refused'] });
    expect(refusals.map(({ payload }) => payload)).toEqual([{ attempt: 1, stage: 'train' }]);
    expect(await house.runs.completeStage(id, token, 'train', {})).toBe(false);
    expect(await house.runs.conclude(id, token, { status: 'failed', at: house.clock.now() })).toBe(false);
    await expectPromotedOnce(house, (await house.runs.find(id))!);
  });

  it('notices by its heartbeat and stops the fit it is in', async () => {
    const house = await quickHouse();
    const { id } = await request(house);
    const aborted = new Promise<unknown>((resolve) => {
      house.fitting.before = ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            resolve(signal.reason);
            reject(signal.reason as Error);
          });
          house.clock.advance({ seconds: 31 });
          void house.runs.claim(id, 'another token', house.clock.now(), new Date(8.64e15), 9);
        });
    });
    await house.get(ExecuteRunService).execute(id, never);
    expect(await aborted).toMatchObject({ message: 'Another attempt holds the run.' });
    expect((await house.runs.find(id))?.attemptToken).toBe('another token');
  });
});

describe('an attempt whose database is away', () => {
  it('goes on while its lease lasts, and lets go of the run when it has run out', async () => {
    const house = await quickHouse();
    const { id } = await request(house);
    const beat = house.runs.heartbeat.bind(house.runs);
    let beats = 0;
    house.runs.heartbeat = () => Promise.reject(new Error(`away for the ${++beats}. time`));
    const beatsUntil = async (count: number) => {
      while (beats < count) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    let stillGoing: boolean | undefined;
    house.fitting.before = async ({ signal }) => {
      await beatsUntil(3);
      stillGoing = !signal.aborted;
      house.clock.advance({ seconds: 31 });
      await beatsUntil(beats + 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      signal.throwIfAborted();
    };
    await house.get(ExecuteRunService).execute(id, never);
    expect(stillGoing).toBe(true);
    expect(await house.runs.find(id)).toMatchObject({ status: 'running', stage: 'train' });
    house.runs.heartbeat = beat;
    house.fitting.before = () => Promise.resolve();
    await expectPromotedOnce(house, await resume(house, id));
  });
});

describe('a run that kills its trainer every time', () => {
  it('fails for good after a dozen deliveries instead of going on for ever', async () => {
    const house = await quickHouse();
    const { id } = await request(house);
    let run = (await house.runs.find(id))!;
    for (let delivery = 0; delivery < 20 && run.status !== 'failed'; delivery++) {
      const mortal = new Mortal(Infinity, 'before');
      house.fitting.before = () => {
        mortal.dead = true;
        return Promise.resolve();
      };
      await playUntilKilled(house, id, mortal);
      house.clock.advance({ seconds: 31 });
      run = (await house.runs.find(id))!;
      if (run.attempt === 12) run = await resume(house, id);
    }
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'too_many_deliveries' } });
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(1);
  });
});
