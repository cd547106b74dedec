import { seededRandom, type RunStage } from '@retrain/core';
import type { RunAnswer } from '../e2e/system.js';
import type { Fault } from './faults.js';
import { model, pause, type World } from './world.js';

/** A fault in a stage, decided by its seed. */
export interface Round {
  readonly fault: Fault;
  readonly stage: RunStage;
  readonly seed: number;
}

export interface RoundResult {
  readonly fault: string;
  readonly stage: RunStage;
  readonly seed: number;
  /** From the fault to the end of the run. */
  readonly seconds: number;
  /** Everything that is not as it must be. */
  readonly problems: readonly string[];
}

/** The stage is entered, then it takes up to so long until the fault strikes. */
const LATEST_MS = 400;
const SETTLED_SECONDS = 120;

/** Lets a run meet a fault, and looks at everything that it left behind. */
export async function playRound(world: World, { fault, stage, seed }: Round): Promise<RoundResult> {
  const { system } = world;
  const random = seededRandom(seed);
  const choose = (below: number) => Math.floor(random() * below);
  const before = world.files();
  const problems: string[] = [];
  let struckAt = Date.now();
  try {
    const l2 = 0.01 + (seed % 1000) / 100_000;
    const patch = { trainers: [{ use: 'softmax_regression', with: { l2 } }] };
    await expectStatus(200, () => system.post('/retraining/config', patch));
    let strike = (): void => undefined;
    const struck = new Promise<void>((resolve, reject) => {
      strike = () => {
        struckAt = Date.now();
        fault.strike(world, choose).then(resolve, reject);
      };
    });
    const wait = choose(LATEST_MS);
    const stopListening = await world.onEntry(stage, () => void pause(wait).then(() => strike()));
    const { body } = await expectStatus(202, () =>
      system.post<{ run_id: string }>('/retraining/trigger', { reason: 'chaos', force: true }),
    );
    await struck;
    await stopListening();
    const run = await system.settled(body.run_id, SETTLED_SECONDS);
    const seconds = (Date.now() - struckAt) / 1000;
    await system.ready();
    problems.push(...(await problemsOf(world, run, before)));
    return { fault: fault.name, stage, seed, seconds, problems };
  } catch (error) {
    const seconds = (Date.now() - struckAt) / 1000;
    return { fault: fault.name, stage, seed, seconds, problems: [...problems, String(error)] };
  }
}

/** Parts may still be coming back from the round before. */
async function expectStatus<T>(status: number, send: () => Promise<{ status: number; body: T }>) {
  for (let tries = 0; ; tries++) {
    const answer = await send();
    if (answer.status === status) return answer;
    if (tries === 50) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    await pause(200);
  }
}

/** The run was deployed, every effect of it is there once, and the version that serves is whole and its own. */
async function problemsOf(world: World, run: RunAnswer, before: ReturnType<World['files']>): Promise<string[]> {
  const problems: string[] = [];
  const must = (what: string, found: unknown, wanted: unknown) => {
    if (found !== wanted) problems.push(`${what}: ${String(found)} instead of ${String(wanted)}`);
  };
  must('status', `${run.status} ${run.failure?.message ?? ''}`.trim(), 'deployed');
  const once = async (what: string, sql: string) => must(what, await world.count(sql, [run.id]), 1);
  for (const type of ['run.requested', 'candidate.created', 'deployment.promoted', 'run.completed']) {
    await once(`events ${type}`, `SELECT count(*) FROM events WHERE run_id = $1 AND type = '${type}'`);
  }
  await once('versions', 'SELECT count(*) FROM model_versions WHERE run_id = $1');
  await once('deployments', 'SELECT count(*) FROM deployments WHERE run_id = $1');
  await once(
    'moves of the champion',
    'SELECT count(*) FROM alias_moves WHERE deployment_id IN (SELECT id FROM deployments WHERE run_id = $1)',
  );
  const active = `SELECT count(*) FROM training_runs WHERE status IN ('queued', 'running') AND id <> $1`;
  must('other runs', await world.count(active, [run.id]), 0);
  const version = await world.system.get<{ artifact: { sha256: string } }>(
    `/models/${model}/versions/${run.candidate_version}`,
  );
  await world.system
    .eventually('the file of the champion', async () => world.files().champion === version.body.artifact.sha256, 20)
    .catch((error: Error) => problems.push(error.message));
  must('backups', world.files().backups - before.backups, 1);
  await world.system
    .eventually(
      'the new version to answer',
      async () => (await world.system.get(`/model/info?model=${model}`)).body.model_version === run.candidate_version,
      20,
    )
    .catch((error: Error) => problems.push(error.message));
  return problems;
}
