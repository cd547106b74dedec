import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  artifactGraceMs,
  RandomIds,
  seededRandom,
  SweepArtifactsService,
  type ArtifactRef,
  type StoredArtifact,
} from '@retrain/core';
import { aModelVersion, FakeClock } from '@retrain/core/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileArtifactStore } from '../storage/file-artifact-store.js';
import { createMigratedDatabase, type TestDatabase } from '../testing/test-database.js';
import { Database } from './database.js';
import { pgAdapters } from './pg-adapters.js';

const HOUR_MS = 3_600_000;
const STEP_HOURS = 8;
/** Steps that something may take from its reference in hand to its row: less than the grace. */
const MOST_STEPS = artifactGraceMs / HOUR_MS / STEP_HOURS - 2;
const CONTENTS = 16;
/** Of everything that is done, so often: a slow machine races for longer. */
const ENOUGH = 30;
const signal = new AbortController().signal;
const bytesOf = (content: number) => new TextEncoder().encode(`model ${content}`);

/** A clock that runs by hours, but never past somebody who holds a reference that no row knows yet. */
class SharedClock extends FakeClock {
  private step = 0;
  private readonly held = new Set<{ readonly since: number }>();

  async holding<T>(work: () => Promise<T>): Promise<T> {
    const own = { since: this.step };
    this.held.add(own);
    return work().finally(() => this.held.delete(own));
  }

  pass(): void {
    if ([...this.held].some(({ since }) => this.step - since >= MOST_STEPS)) return;
    this.step++;
    this.advance({ hours: STEP_HOURS });
  }
}

let created: TestDatabase;
let folder: string;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  created = await createMigratedDatabase();
  folder = await mkdtemp(join(tmpdir(), 'retrain-sweep-'));
}, 60_000);

afterAll(async () => {
  for (const one of opened) await one.close();
  await created.drop();
  await rm(folder, { recursive: true, force: true });
});

/** What one process has: its own connections, its own store on the shared folder. */
async function aProcess(clock: SharedClock) {
  const database = await Database.open({ url: created.url });
  const rows = pgAdapters(database, created.url, clock, new RandomIds());
  opened.push(rows.signals, database);
  const store = new FileArtifactStore(folder, clock);
  const { runId: _, ...template } = aModelVersion();
  return {
    ...rows,
    store,
    sweep: () => new SweepArtifactsService(store, rows.references, rows.events, clock).execute(signal),
    add: async (artifact: ArtifactRef) => (await rows.models.addVersion({ ...template, artifact })).version,
    living: async () => {
      const { items } = await rows.models.versions('coin', { limit: 1000 });
      return items.filter(({ deletedAt }) => deletedAt === undefined);
    },
  };
}

type Process = Awaited<ReturnType<typeof aProcess>>;

it('writers, copiers, readers, deleters and two sweeps at once: what a row refers to is always there, the rest goes', async () => {
  const clock = new SharedClock();
  const random = seededRandom(20);
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)];
  const aMoment = () => sleep(random() * 8);
  const [one, other, third] = [await aProcess(clock), await aProcess(clock), await aProcess(clock)];
  await one.models.ensure('coin', 'coin');
  await one.events.append({ type: 'monitoring.started', model: 'coin', actor: 'spec', payload: {} });
  await one.add(await one.store.put(bytesOf(-1)));

  let going = true;
  const seen = { stored: 0, copied: 0, read: 0, deleted: 0, aside: 0, removed: 0 };
  const repeat = async (work: () => Promise<void>) => {
    while (going) {
      await work();
      await aMoment();
    }
  };
  /** Stores one of a few contents, which others have stored, deleted and swept before, and names it in a row later. */
  const write = (own: Process) => () =>
    clock.holding(async () => {
      const artifact = await own.store.put(bytesOf(Math.floor(random() * CONTENTS)));
      await aMoment();
      await own.add(artifact);
      seen.stored++;
    });
  /** Names in a new row what an older row names, which may be deleted meanwhile, without storing anything. */
  const copy = (own: Process) => () =>
    clock.holding(async () => {
      const from = pick(await own.living());
      if (!from) return;
      await own.unitOfWork.transaction(async () => {
        await aMoment();
        await own.add(from.artifact);
        await aMoment();
      });
      seen.copied++;
    });
  const read = (own: Process) => async () => {
    const version = pick(await own.living());
    if (!version) return;
    const found = await own.store.get(version.artifact).catch((error: Error) => error);
    seen.read++;
    const { deletedAt } = (await own.models.version('coin', version.version))!;
    if (found instanceof Error && deletedAt === undefined) throw found;
  };
  const forget = (own: Process) => async () => {
    for (const { version } of (await own.living()).slice(2)) {
      if (version === 1 || random() < 0.3) continue;
      if (await own.models.markDeleted('coin', version, 'retention')) seen.deleted++;
    }
  };
  const sweep = (own: Process) => async () => {
    const { files, setAside } = await own.sweep();
    seen.removed += files;
    seen.aside += setAside;
  };
  const works = [write(one), write(other), copy(third), read(one), read(other), read(third), forget(one)];
  const workers = [...works, sweep(other), sweep(third), async () => clock.pass()].map(repeat);
  const enough = async () => {
    while (going && Object.values(seen).some((count) => count < ENOUGH)) await sleep(50);
  };
  await Promise.race([enough(), sleep(90_000), ...workers]).finally(() => (going = false));
  await Promise.all(workers);

  for (const { artifact } of await one.living()) {
    expect((await one.store.get(artifact)).length).toBe(artifact.bytes);
  }
  for (let days = 0; days < 3; days++) {
    clock.advance({ days: 1, seconds: 1 });
    await Promise.all([one.sweep(), other.sweep(), third.sweep()]);
  }
  const left: StoredArtifact[] = [];
  for await (const stored of one.store.list()) left.push(stored);
  expect(new Set(left.map(({ uri }) => uri))).toEqual(await one.references.all());
  // It was a race, and not one that nobody ran.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThanOrEqual(ENOUGH);
}, 120_000);
