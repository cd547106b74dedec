import { unavailable, invalid, type NewPrediction } from '@retrain/core';
import { aPrediction, FakeClock } from '@retrain/core/testing';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PredictionSpool } from './prediction-spool.js';
import { SpoolFolder } from './spool-folder.js';

const away = unavailable('database_unavailable', 'away');

/** A database that can be away, hang, or be there. */
class Store {
  state: 'there' | 'away' | 'hanging' = 'there';
  readonly rows = new Map<string, { prediction: NewPrediction; recordedAt: Date }>();
  inserts = 0;

  readonly insert = async (predictions: readonly NewPrediction[], recordedAt: Date): Promise<void> => {
    if (this.state === 'away') throw away;
    if (this.state === 'hanging') return new Promise(() => undefined);
    this.inserts++;
    for (const prediction of predictions) {
      if (!this.rows.has(prediction.id)) this.rows.set(prediction.id, { prediction, recordedAt });
    }
  };
}

describe('the spool of predictions', () => {
  let path: string;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), 'retrain-spool-')), 'spool');
  });

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    rmSync(join(path, '..'), { recursive: true, force: true });
  });

  const clock = new FakeClock();
  const warned: string[] = [];

  function spoolOn(store: Store, limit = 1_000_000) {
    const folder = new SpoolFolder(path, limit);
    const log = { info: () => undefined, warn: (_: object, message: string) => void warned.push(message) };
    const spool = new PredictionSpool({ folder, insert: store.insert, clock, log, patienceMs: 50 });
    closing.push(() => spool.close());
    const write = (...predictions: NewPrediction[]) =>
      spool.write(predictions, () => store.insert(predictions, clock.now()));
    return { spool, folder, write };
  }

  /** As a process that died leaves it. */
  const abandon = () => {
    for (const name of readdirSync(path)) utimesSync(join(path, name), new Date(0), new Date(0));
  };

  it('stays out of the way while the database answers', async () => {
    const store = new Store();
    const { spool, write } = spoolOn(store);
    await write(aPrediction());
    expect(store.rows.size).toBe(1);
    expect(spool.status()).toMatchObject({ active: false, predictions: 0, bytes: 0 });
  });

  it.each(['away', 'hanging'] as const)(
    'takes over when the database is %s, and hands all on as it was, with the time of the answer',
    async (state) => {
      const store = new Store();
      const { spool, write } = spoolOn(store);
      store.state = state;
      const answered = [
        aPrediction({
          input: { occurredAt: '2020-01-01T00:00:00.000Z', text: 'a\nb' },
          features: [null, 0.1],
          key: 'ключ',
        }),
        aPrediction(),
        aPrediction(),
      ];
      const at = clock.now();
      await write(answered[0]!);
      await Promise.all(answered.slice(1).map((prediction) => write(prediction)));
      expect(spool.status()).toMatchObject({ active: true, predictions: 3 });
      expect(store.rows.size).toBe(0);
      clock.advance({ minutes: 1 });
      store.state = 'there';
      await spool.settled();
      expect([...store.rows.values()]).toEqual(answered.map((prediction) => ({ prediction, recordedAt: at })));
      expect(spool.status()).toMatchObject({ active: false, predictions: 0, bytes: 0 });
      expect(readdirSync(path)).toEqual([]);
      await write(aPrediction());
      expect(store.rows.size).toBe(4);
    },
  );

  it('loses nothing of what is written while it empties itself', async () => {
    const store = new Store();
    const { spool, write } = spoolOn(store);
    store.state = 'away';
    await write(aPrediction());
    const ids: string[] = [];
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (let round = 0; round < 20; round++) {
        const prediction = aPrediction();
        if (writer === 0) store.state = round % 5 === 4 ? 'away' : 'there';
        if (writer === 1) void spool.settled();
        await write(prediction);
        ids.push(prediction.id);
      }
    });
    await Promise.all(writers);
    store.state = 'there';
    await spool.settled();
    await spool.settled();
    expect(ids.filter((id) => !store.rows.has(id))).toEqual([]);
    expect(spool.status().bytes).toBe(0);
  });

  it('refuses what the database refuses for its content', async () => {
    const { spool } = spoolOn(new Store());
    const refusal = invalid('unstorable_value', 'no');
    await expect(spool.write([aPrediction()], () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(spool.status().active).toBe(false);
  });

  it('is bounded: what does not fit is refused, and what was answered is kept', async () => {
    const store = new Store();
    const { spool, write } = spoolOn(store, 1_000);
    store.state = 'away';
    await write(aPrediction());
    await write(aPrediction());
    await expect(Promise.all([1, 2, 3, 4].map(() => write(aPrediction())))).rejects.toMatchObject({
      code: 'spool_full',
    });
    expect(spool.status().bytes).toBeLessThanOrEqual(1_000);
    const kept = spool.status().predictions;
    store.state = 'there';
    await spool.settled();
    expect(store.rows.size).toBe(kept);
    await write(aPrediction());
    expect(store.rows.size).toBe(kept + 1);
  });

  it('writes what a process left that died, but for a line that was half written', async () => {
    const store = new Store();
    store.state = 'away';
    const dead = spoolOn(store);
    const answered = [aPrediction(), aPrediction()];
    for (const prediction of answered) await dead.write(prediction);
    appendFileSync(join(path, readdirSync(path)[0]!), '{"recordedAt":"2026-');
    const heir = spoolOn(store);
    await heir.folder.tend();
    expect(heir.folder.bytes).toBe(0);
    abandon();
    await heir.folder.tend();
    expect(heir.folder.bytes).toBeGreaterThan(0);
    store.state = 'there';
    await heir.spool.settled();
    expect([...store.rows.keys()]).toEqual(answered.map(({ id }) => id));
    // The one that was thought dead finds nothing left, and goes on.
    await dead.spool.settled();
    expect(dead.spool.status()).toMatchObject({ active: false, bytes: 0 });
    expect(store.rows.size).toBe(2);
  });

  it('shows that it lives, so that nobody takes what it holds', async () => {
    const store = new Store();
    store.state = 'away';
    const owner = spoolOn(store);
    await owner.write(aPrediction());
    abandon();
    await owner.folder.tend();
    expect(statSync(join(path, readdirSync(path)[0]!)).mtimeMs).toBeGreaterThan(Date.now() - 5_000);
    const other = spoolOn(store);
    await other.folder.tend();
    expect(other.folder.bytes).toBe(0);
  });

  it('skips a line that is no prediction and tells it', async () => {
    const store = new Store();
    store.state = 'away';
    const { spool, write } = spoolOn(store);
    await write(aPrediction());
    appendFileSync(join(path, readdirSync(path)[0]!), 'rubbish\n');
    await write(aPrediction());
    store.state = 'there';
    await spool.settled();
    expect(store.rows.size).toBe(2);
    expect(warned).toContainEqual(expect.stringContaining('not whole'));
  });
});
