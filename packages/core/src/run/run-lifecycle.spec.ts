import fc from 'fast-check';
import { ApproveRunService } from '../deployment/approve-run.service.js';
import { RejectRunService } from '../deployment/reject-run.service.js';
import { RollbackService } from '../deployment/rollback.service.js';
import { DomainError } from '../shared/errors.js';
import type { Installation } from '../testing/installation.js';
import { publishedModel, withChampion } from '../testing/loop.js';
import { Mortal } from '../testing/mortal.js';
import { CancelRunService } from './cancel-run.service.js';
import { ExecuteRunService } from './execute-run.service.js';
import { RecoverRunsService } from './recover-runs.service.js';
import { RequestRetrainingService } from './request-retraining.service.js';
import { activeStatuses, isFinal, runTransitions } from './transitions.js';
import type { RunStatus, TrainingRun } from './training-run.js';

const config = {
  evaluation: { min_rows: 40, max_rows: 40, blocks: 1 },
  gates: ['minimum_score', 'parity'].map((use) => ({ use, with: {} })),
  training_data_from: '2020-06-10',
};
const why = { actor: 'api', reason: 'tried' };
const never = new AbortController().signal;

/** Something that may happen to an installation; `which` picks the run it happens to. */
type Deed = (house: Installation, which: number) => Promise<unknown>;

const runsOf = async (house: Installation) => (await house.runs.list('coin', { limit: 500 })).items;

const toSomeRun =
  (deed: (house: Installation, run: TrainingRun) => Promise<unknown>): Deed =>
  async (house, which) => {
    const runs = await runsOf(house);
    return deed(house, runs[which % Math.min(runs.length, 2)]!); // the newest ones: older ones are over
  };

const deeds: Readonly<Record<string, Deed>> = {
  request: (house) =>
    house.get(RequestRetrainingService).execute({ model: 'coin', triggers: ['x'], forced: true, ...why }),
  deliver: toSomeRun((house, { id }) => house.process()(ExecuteRunService).execute(id, never)),
  kill: (house, which) =>
    toSomeRun(async (_, { id }) => {
      const mortal = new Mortal(1 + (which % 60), which % 2 ? 'before' : 'after');
      await house.mortalProcess(mortal)(ExecuteRunService).execute(id, never);
    })(house, which).catch(() => undefined),
  cancel: toSomeRun((house, { id }) => house.get(CancelRunService).execute({ runId: id, ...why })),
  approve: toSomeRun((house, { id }) => house.get(ApproveRunService).execute({ runId: id, ...why })),
  reject: toSomeRun((house, { id }) => house.get(RejectRunService).execute({ runId: id, ...why })),
  rollBack: (house) => house.get(RollbackService).execute({ model: 'coin', ...why }),
  recover: (house) => house.get(RecoverRunsService).execute(),
  automate: (house) => house.config.update({ enable_automatic_deployment: true }, 'api'),
  wait: (house, which) => Promise.resolve(house.clock.advance({ seconds: which % 40 })),
  waitLong: (house) => Promise.resolve(house.clock.advance({ days: 4 })),
};

/** What runs are made of happens more often than what people do to them. */
const often = ['request', 'request', 'request', 'deliver', 'deliver', 'deliver', 'kill', 'kill'];
const anyDeed = fc.tuple(fc.constantFrom(...Object.keys(deeds), ...often), fc.nat({ max: 10_000 }));

/** Whether the table allows to get from one state to another, in any number of moves. */
function reachable(from: RunStatus, to: RunStatus, seen: readonly RunStatus[] = []): boolean {
  if (from === to) return true;
  return runTransitions[from].some((next) => !seen.includes(next) && reachable(next, to, [...seen, from]));
}

describe('whatever happens to runs, in whatever order', () => {
  it('every run moves along the table, one at most is active, and exactly one version is the whole champion', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyDeed, { minLength: 3, maxLength: 25 }), async (story) => {
        const house = await withChampion({ config });
        await house.config.update({ trainers: [{ use: 'tiny_softmax', with: { steps: 1 } }] }, 'test');
        const known = new Map<string, RunStatus>();
        for (const [deed, which] of story) {
          await deeds[deed]!(house, which).catch((error: unknown) => {
            if (!(error instanceof DomainError)) throw error;
          });
          const runs = await runsOf(house);
          for (const { id, status } of runs) {
            const before = known.get(id) ?? 'queued';
            expect(isFinal(before) ? before === status : reachable(before, status)).toBe(true);
            known.set(id, status);
          }
          expect(runs.filter(({ status }) => activeStatuses.includes(status)).length).toBeLessThanOrEqual(1);
          expect(runs.filter(({ status }) => status === 'awaiting_approval').length).toBeLessThanOrEqual(1);
          await expectHistoryIsWhole(house);
        }
        await expectRest(house);
      }),
      { numRuns: 60, seed: 7 },
    );
  }, 120_000);
});

/** Every move of the champion has its deployment and its event, in order. */
async function expectHistoryIsWhole(house: Installation): Promise<void> {
  const { items: moves } = await house.models.aliasMoves('coin', 'champion', { limit: 500 });
  const told = await house.events.after(0, 5_000, { types: ['deployment.promoted', 'deployment.rolled_back'] });
  expect(told.map(({ payload }) => (payload as { version: number }).version)).toEqual(
    moves.map(({ version }) => version).reverse(),
  );
  for (const { deploymentId, version } of moves) {
    expect(await house.deployments.find(deploymentId!)).toMatchObject({ version });
  }
  for (const run of await runsOf(house)) {
    const deployment = await house.deployments.ofRun(run.id);
    if (run.status === 'deployed') expect(['promoted', 'rolled_back']).toContain(deployment?.status);
    if (isFinal(run.status) && run.status !== 'deployed') expect(deployment?.status).not.toBe('promoted');
  }
}

/** Left alone long enough, everything comes to rest: no run hangs, no proposal is forgotten, the file is the champion's. */
async function expectRest(house: Installation): Promise<void> {
  for (let round = 0; round < 4; round++) {
    house.clock.advance({ minutes: 10 });
    await house.get(RecoverRunsService).execute();
    for (let job = house.jobs.take('retrain'); job; job = house.jobs.take('retrain')) {
      await house.get(ExecuteRunService).execute((job.payload as { runId: string }).runId, never);
    }
  }
  expect(await house.runs.active('coin')).toBeUndefined();
  const { version } = (await house.models.alias('coin', 'champion'))!;
  const artifact = await house.artifacts.get((await house.models.version('coin', version))!.artifact);
  expect(publishedModel(house)).toBe(Buffer.from(artifact).toString('hex'));
  const waiting = await house.runs.awaitingApproval('coin');
  const { items } = await house.deployments.list('coin', { limit: 500 });
  const open = items.filter(({ status }) => status === 'awaiting_approval');
  expect(open.map(({ runId }) => runId)).toEqual(waiting.map(({ id }) => id));
}
