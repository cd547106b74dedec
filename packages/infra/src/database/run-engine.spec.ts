import { randomUUID } from 'node:crypto';
import {
  ApproveRunService,
  defineTrigger,
  EvaluateTriggersService,
  ExecuteRunService,
  RandomIds,
  RecoverRunsService,
  RejectRunService,
  RequestRetrainingService,
  type TriggerEvaluation,
} from '@retrain/core';
import { execute, Mortal, request, retrain, type Installation } from '@retrain/core/testing';
import { InstallationsOnPostgres } from '../testing/installations-on-postgres.js';
import { Database } from './database.js';
import { pgAdapters } from './pg-adapters.js';

const never: AbortSignal = new AbortController().signal;
const why = { actor: 'api', reason: 'tested' };
/** Fires whenever it is asked. */
const alarmed = defineTrigger({
  name: 'alarmed',
  description: 'spec',
  parseOptions: () => ({}),
  evaluate: () => ({ verdict: 'fired' as const, reason: 'It always does.', evidence: {} }),
});

let postgres: InstallationsOnPostgres;

beforeAll(async () => {
  postgres = await InstallationsOnPostgres.open();
}, 60_000);

afterAll(() => postgres.close());

const typesOf = async (house: Installation, runId: string) =>
  (await house.events.after(0, 1_000, { runId })).map(({ type }) => type);

describe('a run on Postgres', () => {
  it.each(['before', 'after'] as const)(
    'that is killed anywhere, %s the last call took effect, resumes and has every effect once',
    async (when) => {
      // Every seventh call: the whole sweep is played in memory.
      for (let dieAt = when === 'before' ? 3 : 6; ; dieAt += 7) {
        const house = await postgres.begin({ enable_automatic_deployment: true });
        const { id } = await request(house);
        const mortal = new Mortal(dieAt, when);
        await house
          .mortalProcess(mortal)(ExecuteRunService)
          .execute(id, never)
          .catch(() => undefined);
        if (!mortal.dead) break;
        house.clock.advance({ seconds: 31 });
        await house.get(RecoverRunsService).execute();
        expect((await execute(house, id)).status).toBe('deployed');
        const types = await typesOf(house, id);
        for (const type of [
          'candidate.created',
          'candidate.accepted',
          'deployment.promoted',
          'run.completed',
        ] as const) {
          expect(types.filter((told) => told === type)).toHaveLength(1);
        }
        expect(types.filter((type) => type === 'run.stage_completed')).toHaveLength(6);
        expect((await house.models.alias('coin', 'champion'))?.version).toBe(2);
        expect((await house.models.aliasMoves('coin', 'champion', { limit: 9 })).items).toHaveLength(2);
      }
    },
    120_000,
  );

  it('is worked on by one of two trainers racing for it', async () => {
    const house = await postgres.begin({ enable_automatic_deployment: true });
    const { id } = await request(house);
    await Promise.all([house.process(), house.process()].map((get) => get(ExecuteRunService).execute(id, never)));
    expect(await house.runs.find(id)).toMatchObject({ status: 'deployed', attempt: 1 });
    expect((await typesOf(house, id)).filter((type) => type === 'run.started')).toHaveLength(1);
  });

  it('is made once by a thousand signals of three monitors racing; the other 999 are coalesced, and counted on it', async () => {
    const house = await postgres.begin({ triggers: [{ use: 'alarmed', with: {} }] });
    house.plugins.triggers.add(alarmed, 'spec');
    house.clock.advance({ days: 1 });
    // Each monitor has connections of its own, as a process has.
    const pools = await Promise.all([1, 2, 3].map(() => Database.open({ url: postgres.url, poolSize: 4 })));
    const monitors = pools.map((pool) => {
      const rows = pgAdapters(pool, postgres.url, house.clock, new RandomIds());
      return house.process(rows)(EvaluateTriggersService);
    });
    let left = 1000;
    // As many at once as a monitor has jobs in hand: more would only wait for its connections.
    const lanes = monitors.flatMap((monitor) =>
      Array.from({ length: 8 }, async () => {
        const done: TriggerEvaluation[] = [];
        while (left-- > 0) done.push(await monitor.execute({ model: 'coin', actor: 'system' }));
        return done;
      }),
    );
    const evaluations = (await Promise.all(lanes)).flat();
    await Promise.all(pools.map((pool) => pool.close()));
    const decisions = evaluations.map(({ decision }) => decision);
    expect(decisions.filter((decision) => decision === 'run_requested')).toHaveLength(1);
    expect(decisions.filter((decision) => decision === 'coalesced')).toHaveLength(999);
    expect(await house.runs.count('coin')).toBe(2);
    const run = (await house.runs.active('coin'))!;
    expect(run).toMatchObject({ status: 'queued', coalesced: 999 });
    expect(new Set(evaluations.map(({ runId }) => runId))).toEqual(new Set([run.id]));
    const stored = `SELECT decision, count(*)::int AS count FROM trigger_evaluations WHERE run_id = $1 GROUP BY decision`;
    expect((await postgres.database.query(`${stored} ORDER BY decision`, [run.id])).rows).toEqual([
      { decision: 'coalesced', count: 999 },
      { decision: 'run_requested', count: 1 },
    ]);
  }, 120_000);

  it('is decided once, however many people approve and reject it at the same time', async () => {
    const house = await postgres.begin();
    const { id } = await retrain(house);
    const decisions = Array.from({ length: 4 }).flatMap(() => {
      const decision = { runId: id, ...why };
      return [
        house.process()(ApproveRunService).execute(decision),
        house.process()(RejectRunService).execute(decision),
      ];
    });
    const answers = await Promise.allSettled(decisions);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ kind: 'conflict' });
    }
    const { status } = (await house.runs.find(id))!;
    expect((await house.models.alias('coin', 'champion'))?.version).toBe(status === 'deployed' ? 2 : 1);
  });

  it('that supersedes another while that one is approved: exactly one of both decisions counts, without a deadlock', async () => {
    for (let round = 0; round < 5; round++) {
      const house = await postgres.begin();
      const older = await retrain(house);
      const newer = await request(house);
      const [approval] = await Promise.allSettled([
        house
          .process()(ApproveRunService)
          .execute({ runId: older.id, ...why }),
        execute(house, newer.id),
      ]);
      const approved = approval.status === 'fulfilled';
      if (!approved) expect(approval.reason).toMatchObject({ kind: 'conflict' });
      expect((await house.runs.find(older.id))?.status).toBe(approved ? 'deployed' : 'rejected');
      expect((await house.runs.find(newer.id))?.failure).toBeUndefined();
    }
  }, 60_000);

  it('keeps evidence and outputs so that an approval still recognises them', async () => {
    const house = await postgres.begin();
    const { id } = await retrain(house);
    const { run, deployment } = await house.get(ApproveRunService).execute({ runId: id, ...why });
    expect([run.status, deployment.status]).toEqual(['deployed', 'promoted']);
  });

  it('asked for by several processes at once exists once', async () => {
    const house = await postgres.begin();
    const asked = { model: 'coin', triggers: ['x'], reason: 'x', forced: true, actor: 'api' };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => house.process()(RequestRetrainingService).execute(asked)),
    );
    expect(answers.filter(({ kind }) => kind === 'requested')).toHaveLength(1);
  });

  it('is refused to an attempt that lost it', async () => {
    const house = await postgres.begin();
    const { id } = await request(house);
    expect(await house.runs.completeStage(id, randomUUID(), 'backup', {})).toBe(false);
  });
});
