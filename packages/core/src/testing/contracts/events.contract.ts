import type { NewEvent } from '../../event/event-map.js';
import type { Signal } from '../../event/signals.port.js';
import { aRun } from '../builders.js';
import { countedId } from '../counting-ids.js';
import { at, eventually, pause, racing, worldPerTest, type MakeWorld } from './contract-world.js';

/** What the log, the units of work around it and the signals promise. */
export function describeEvents(name: string, make: MakeWorld): void {
  const started = (overrides: { model?: string; runId?: string; asOf?: Date } = {}): NewEvent => ({
    ...{ type: 'run.started', payload: { attempt: 1 }, model: 'coin', actor: 'system' },
    ...overrides,
  });

  describe(`EventLog ${name}`, () => {
    const world = worldPerTest(make);

    it('keeps events as they were appended, in order', async () => {
      const replayed = started({ runId: countedId(906), asOf: at('01T00:00:00') });
      const first = { type: 'monitoring.started', payload: {}, actor: 'api' } as const;
      await world().events.append(first, replayed);
      await world().events.append();
      const [one, two, ...others] = await world().events.after(0, 10);
      const now = world().clock.now();
      expect(one).toEqual({ ...first, seq: one!.seq, recordedAt: now, asOf: now });
      expect(two).toEqual({ ...replayed, seq: two!.seq, recordedAt: now });
      expect(two!.seq).toBeGreaterThan(one!.seq);
      expect(others).toEqual([]);
    });

    it('is read forwards and backwards by cursor', async () => {
      for (let index = 0; index < 5; index++) await world().events.append(started());
      const all = (await world().events.after(0, 10)).map(({ seq }) => seq);
      const numbers = (events: readonly { seq: number }[]) => events.map(({ seq }) => seq);
      expect(numbers(await world().events.after(all[1]!, 2))).toEqual([all[2], all[3]]);
      expect(numbers(await world().events.before(undefined, 2))).toEqual([all[4], all[3]]);
      expect(numbers(await world().events.before(all[2], 10))).toEqual([all[1], all[0]]);
    });

    it('is filtered by model, run and type', async () => {
      await world().events.append(started());
      await world().events.append(started({ model: 'other', runId: countedId(907) }));
      await world().events.append({ type: 'monitoring.stopped', payload: {}, model: 'coin', actor: 'api' });
      const models = async (filter: Parameters<ReturnType<typeof world>['events']['after']>[2]) =>
        (await world().events.after(0, 10, filter)).map(({ model, type }) => `${model} ${type}`);
      expect(await models({ model: 'other' })).toEqual(['other run.started']);
      expect(await models({ runId: countedId(907) })).toEqual(['other run.started']);
      expect(await models({ runId: 'not-an-id' })).toEqual([]);
      expect(await models({ types: ['run.started', 'run.failed'] })).toEqual(['coin run.started', 'other run.started']);
      expect(await models({ model: 'coin', types: ['monitoring.stopped'] })).toEqual(['coin monitoring.stopped']);
      const newest = await world().events.before(undefined, 1, { model: 'coin', types: ['run.started'] });
      expect(newest).toHaveLength(1);
    });

    it('never shows a reader an event below what it has seen, while units of work race', async () => {
      let appending = true;
      const appends = racing(8, async (caller) => {
        for (let round = 0; round < 6; round++) {
          await world().unitOfWork.transaction(async () => {
            await world().events.append(started());
            await world().models.ensure(`model-${caller}-${round}`, 'coin');
            await pause((caller * 7 + round) % 5);
          });
        }
      }).finally(() => (appending = false));
      const seen: number[] = [];
      const read = async () => {
        seen.push(...(await world().events.after(seen.at(-1) ?? 0, 100)).map(({ seq }) => seq));
        await pause(1);
      };
      while (appending) await read();
      await appends;
      await read();
      expect(seen).toHaveLength(48);
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    });
  });

  describe(`UnitOfWork ${name}`, () => {
    const world = worldPerTest(make);

    it('makes change and event one', async () => {
      const run = aRun();
      const answer = await world().unitOfWork.transaction(async () => {
        await world().runs.insert(run);
        await world().events.append(started({ runId: run.id }));
        return 'done';
      });
      expect(answer).toBe('done');
      expect(await world().runs.find(run.id)).toBeDefined();
      expect(await world().events.after(0, 10)).toHaveLength(1);
    });

    it('takes both back when the work fails, and passes the error on', async () => {
      const run = aRun();
      const failure = new Error('broken');
      const failing = world().unitOfWork.transaction(async () => {
        await world().runs.insert(run);
        await world().events.append(started({ runId: run.id }));
        expect(await world().runs.find(run.id)).toBeDefined();
        throw failure;
      });
      await expect(failing).rejects.toBe(failure);
      expect(await world().runs.find(run.id)).toBeUndefined();
      expect(await world().events.after(0, 10)).toEqual([]);
      expect(await world().runs.insert(aRun())).toBeDefined();
    });

    it('shows nobody what is not committed', async () => {
      const run = aRun();
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      let hasInserted: () => void = () => undefined;
      const inserted = new Promise<void>((resolve) => (hasInserted = resolve));
      const unit = world().unitOfWork.transaction(async () => {
        await world().runs.insert(run);
        hasInserted();
        await released;
      });
      await inserted;
      const seen = await world().runs.find(run.id);
      release();
      await unit;
      expect(seen).toBeUndefined();
      expect(await world().runs.find(run.id)).toBeDefined();
    });

    it('joins units of work inside it', async () => {
      const [outer, inner] = [aRun(), aRun({ model: 'other' })];
      await world().models.ensure('other', 'coin');
      const failing = world().unitOfWork.transaction(async () => {
        await world().runs.insert(outer);
        await world().unitOfWork.transaction(async () => {
          await world().runs.insert(inner);
          await world().events.append(started());
        });
        throw new Error('after the inner one');
      });
      await expect(failing).rejects.toThrow('after the inner one');
      expect(await world().runs.find(inner.id)).toBeUndefined();
      expect(await world().events.after(0, 10)).toEqual([]);
    });

    it.each(['commits', 'fails'])('refuses calls that come after it %s', async (end) => {
      const late: Promise<unknown>[] = [];
      const unit = world().unitOfWork.transaction(async () => {
        late.push(expect(pause(20).then(() => world().runs.insert(aRun()))).rejects.toThrow('has ended'));
        if (end === 'fails') throw new Error('no');
      });
      await unit.catch(() => undefined);
      await Promise.all(late);
      expect(await world().runs.count('coin')).toBe(0);
    });

    it('keeps units of work of concurrent callers apart', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, (_, index) =>
          world().unitOfWork.transaction(async () => {
            await world().models.ensure(`model-${index}`, 'coin');
            if (index % 3 === 0) throw new Error('no');
          }),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(4);
      const names = (await world().models.list()).map((model) => model.name);
      expect(names).toHaveLength(9);
      expect(names).not.toContain('model-3');
    });
  });

  describe(`Signals ${name}`, () => {
    const world = worldPerTest(make);

    async function listening(): Promise<{ heard: Signal[]; stop: () => void }> {
      const heard: Signal[] = [];
      const stop = world().signals.listen((signal) => heard.push(signal));
      await eventually(async () => {
        await world().signals.send({ kind: 'config_changed' });
        return heard.length > 0;
      });
      await pause(30);
      heard.length = 0;
      return { heard, stop };
    }

    it('reach every listener until it stops', async () => {
      const [one, two] = [await listening(), await listening()];
      one.heard.length = 0;
      await world().signals.send({ kind: 'champion_moved', model: 'coin' });
      await eventually(() => one.heard.length > 0 && two.heard.length > 0);
      expect(one.heard).toEqual([{ kind: 'champion_moved', model: 'coin' }]);
      one.stop();
      await world().signals.send({ kind: 'records_added', model: 'coin' });
      await eventually(() => two.heard.length > 1);
      expect(one.heard).toHaveLength(1);
    });

    it('of a unit of work are given on commit and only then', async () => {
      const { heard } = await listening();
      await world().unitOfWork.transaction(async () => {
        await world().signals.send({ kind: 'champion_moved', model: 'coin' });
        await pause(20);
        expect(heard).toEqual([]);
      });
      const failing = world().unitOfWork.transaction(async () => {
        await world().signals.send({ kind: 'records_added', model: 'coin' });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      await world().signals.send({ kind: 'config_changed' });
      await eventually(() => heard.length > 1);
      expect(heard).toEqual([{ kind: 'champion_moved', model: 'coin' }, { kind: 'config_changed' }]);
    });

    it('tell of every appended event', async () => {
      const { heard } = await listening();
      await world().events.append(started());
      await eventually(() => heard.length > 0);
      expect(heard).toEqual([{ kind: 'event_appended' }]);
    });
  });
}
