import { Variables } from '../config/variables.port.js';
import type { NotificationUse } from '../config/retraining-config.js';
import { PluginRegistry } from '../plugin/registry.js';
import { inMemory, type InMemory } from '../testing/in-memory.js';
import { defineNotifier, type Notice } from './notifier-definition.js';
import { NotifyService } from './notify.service.js';
import { maxTries, pauseSeconds } from './retry.js';

class GivenVariables extends Variables {
  constructor(private readonly values: Readonly<Record<string, string>>) {
    super();
  }
  read(name: string): string | undefined {
    return this.values[name];
  }
}

/** A notifier that remembers what it told, and refuses as long as `down` says so. */
function recorder(name: string) {
  const told: Notice[] = [];
  const seen: Record<string, unknown>[] = [];
  const state = { down: false };
  const notifier = defineNotifier({
    name,
    description: name,
    parseOptions: (raw) => ({ ...raw }),
    notify: async (notice, options) => {
      if (state.down) throw new Error('refused the connection');
      seen.push(options);
      told.push(notice);
    },
  });
  return { notifier, told, seen, state };
}

function world(notifications: NotificationUse[], ...recorders: ReturnType<typeof recorder>[]) {
  const memory = inMemory({ config: { notifications }, now: '2024-05-01T12:00:00Z' });
  const registry = new PluginRegistry([{ name: 'spec', notifiers: recorders.map(({ notifier }) => notifier) }]);
  return { ...memory, service: () => serviceOf(memory, registry) };
}

function serviceOf(memory: InMemory, registry: PluginRegistry) {
  const { config, events, deliveries, unitOfWork, clock } = memory;
  return new NotifyService(
    config,
    registry,
    events,
    deliveries,
    unitOfWork,
    clock,
    new GivenVariables({ HOOK: 'h-t-t-p' }),
  );
}

const signal = new AbortController().signal;
const fired = (n: number) =>
  ({
    type: 'run.requested',
    payload: { triggers: [], reason: `r${n}`, forced: false },
    model: 'coin',
    actor: 'system',
  }) as const;
const use = (name: string, on = ['*'], options = {}): NotificationUse => ({ use: name, on, with: options });
const reasons = (told: readonly Notice[]) => told.map(({ payload }) => payload['reason']);

describe('notifications', () => {
  it('tell of what happens from their first day on, once and in order, over restarts', async () => {
    const log = recorder('log');
    const { events, service } = world([use('log')], log);
    await events.append(fired(0));
    expect(await service().execute(signal)).toEqual([]);
    await events.append(fired(1), fired(2));
    await service().execute(signal);
    await events.append(fired(3));
    await service().execute(signal);
    expect(reasons(log.told)).toEqual(['r1', 'r2', 'r3']);
    expect(log.told[0]).toMatchObject({
      type: 'run.requested',
      alias: 'retraining_initiated',
      title: 'coin: retraining requested (r1)',
      at: '2024-05-01T12:00:00.000Z',
    });
  });

  it('tell only of the events asked for, by type or old name', async () => {
    const [byType, byAlias] = [recorder('a'), recorder('b')];
    const { events, service } = world(
      [use('a', ['monitoring.stopped']), use('b', ['retraining_initiated'])],
      byType,
      byAlias,
    );
    const running = service();
    await running.execute(signal);
    await events.append(fired(1), { type: 'monitoring.stopped', payload: {}, model: 'coin', actor: 'api' });
    await running.execute(signal);
    expect(byType.told.map(({ type }) => type)).toEqual(['monitoring.stopped']);
    expect(byAlias.told.map(({ type }) => type)).toEqual(['run.requested']);
  });

  it('give the notifier its secrets from the environment', async () => {
    const hook = recorder('hook');
    const { events, service } = world([use('hook', ['*'], { url: '${HOOK}/x' })], hook);
    await service().execute(signal);
    await events.append(fired(1));
    await service().execute(signal);
    expect(hook.seen).toEqual([{ url: 'h-t-t-p/x' }]);
  });

  it('wait longer after each failure, keep the order, and hold back nobody else', async () => {
    const [down, up] = [recorder('down'), recorder('up')];
    const { events, service, clock } = world([use('down'), use('up')], down, up);
    const running = service();
    await running.execute(signal);
    down.state.down = true;
    await events.append(fired(1), fired(2));
    const first = await running.execute(signal);
    expect(first.filter(({ backend }) => backend === 'down')).toEqual([
      { backend: 'down', result: 'failed', seq: 1, type: 'run.requested', message: 'refused the connection' },
    ]);
    expect(reasons(up.told)).toEqual(['r1', 'r2']);

    clock.advance({ seconds: pauseSeconds(1), milliseconds: -1 });
    expect(await running.execute(signal)).toEqual([]);
    clock.advance({ milliseconds: 1 });
    expect(await running.execute(signal)).toHaveLength(1);
    down.state.down = false;
    clock.advance({ seconds: pauseSeconds(2) });
    await running.execute(signal);
    expect(reasons(down.told)).toEqual(['r1', 'r2']);
  });

  it('give a notice up after the last try and go on with the next one', async () => {
    const down = recorder('down');
    const { events, service, clock } = world([use('down')], down);
    const running = service();
    await running.execute(signal);
    down.state.down = true;
    await events.append(fired(1));
    for (let failures = 1; failures < maxTries; failures++) {
      expect(await running.execute(signal)).toMatchObject([{ result: 'failed' }]);
      clock.advance({ seconds: pauseSeconds(failures) });
    }
    expect(await running.execute(signal)).toMatchObject([{ result: 'given_up', seq: 1 }]);
    down.state.down = false;
    await events.append(fired(2));
    await running.execute(signal);
    expect(reasons(down.told)).toEqual(['r2']);
  });

  it('are told by one process at a time', async () => {
    const log = recorder('log');
    const { events, service } = world([use('log')], log);
    const [one, other] = [service(), service()];
    await one.execute(signal);
    await events.append(...Array.from({ length: 20 }, (_, n) => fired(n)));
    await Promise.all([one.execute(signal), other.execute(signal)]);
    expect(reasons(log.told)).toEqual(Array.from({ length: 20 }, (_, n) => `r${n}`));
  });
});
