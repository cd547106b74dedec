import { randomUUID } from 'node:crypto';
import { EventLog, TrainingRuns, UnitOfWork } from '@retrain/core';
import { aRun } from '@retrain/core/testing';
import { gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
}, 30_000);

afterAll(() => gateway?.close());

/** Appends an event and answers its number. */
async function happen(): Promise<number> {
  const log = gateway.app.get(EventLog);
  await gateway.app
    .get(UnitOfWork)
    .transaction(() => log.append({ type: 'monitoring.started', payload: {}, model: 'coin', actor: 'spec' }));
  return (await log.before(undefined, 1))[0]!.seq;
}

/** A reader of the stream: answers the messages as they come. */
async function listen(query = '', headers: Record<string, string> = {}) {
  const leaving = new AbortController();
  const answer = await fetch(`${gateway.url}/events/stream${query}`, { headers, signal: leaving.signal });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<{ id: number; event: string; data: { seq: number } }> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await reader.read();
        if (done) throw new Error('The stream has ended.');
        text += value;
        continue;
      }
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const fields = Object.fromEntries(
        block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      );
      if (fields.data)
        return { id: Number(fields.id), event: fields.event!, data: JSON.parse(fields.data) as { seq: number } };
    }
  };
  const ended = async () => {
    while (!(await reader.read()).done);
  };
  return { next, ended, leave: () => leaving.abort() };
}

describe('the log', () => {
  it('is paged backwards and read forwards', async () => {
    const seqs = [await happen(), await happen(), await happen()];
    const newest = (await gateway.get('/events?limit=2&model=coin')).body;
    expect(newest.items.map((event: { seq: number }) => event.seq)).toEqual([seqs[2], seqs[1]]);
    const older = (await gateway.get(`/events?limit=1&model=coin&cursor=${newest.next_cursor}`)).body;
    expect(older.items[0]).toMatchObject({ seq: seqs[0], type: 'monitoring.started', model: 'coin', actor: 'spec' });
    const since = (await gateway.get(`/events?after=${seqs[0]}&types=monitoring.started,run.failed`)).body;
    expect(since.items.map((event: { seq: number }) => event.seq)).toEqual([seqs[1], seqs[2]]);
  });

  it.each(['types=run.exploded', 'limit=0', 'limit=501', 'after=-1', 'cursor=1&after=1', 'colour=red'])(
    'refuses ?%s',
    async (query) => {
      expect((await gateway.get(`/events?${query}`)).status).toBe(400);
    },
  );
});

describe('the stream', () => {
  it('tells what happens from now on, at once', async () => {
    await happen();
    const stream = await listen();
    const seq = await happen();
    expect(await stream.next()).toMatchObject({ id: seq, event: 'monitoring.started', data: { seq, actor: 'spec' } });
    stream.leave();
  });

  it('continues behind Last-Event-ID without a gap or a repeat', async () => {
    const seqs = [await happen(), await happen(), await happen()];
    const stream = await listen('', { 'last-event-id': String(seqs[0]) });
    const told = [await stream.next(), await stream.next()].map(({ id }) => id);
    expect(told).toEqual([seqs[1], seqs[2]]);
    stream.leave();
  });

  it('tells only what was asked for', async () => {
    const stream = await listen('?model=premier-league&after=0');
    const log = gateway.app.get(EventLog);
    await happen();
    await gateway.app
      .get(UnitOfWork)
      .transaction(() =>
        log.append({ type: 'monitoring.stopped', payload: {}, model: 'premier-league', actor: 'spec' }),
      );
    expect((await stream.next()).event).toBe('monitoring.stopped');
    stream.leave();
  });

  it('tells a watcher how far a run is, once per change and outside the log', async () => {
    const runs = gateway.app.get(TrainingRuns);
    const { id } = (await runs.insert(aRun({ id: randomUUID(), model: 'coin' })))!;
    const lease = new Date(Date.now() + 60_000);
    await runs.claim(id, 'token', new Date(), lease, 9);
    await runs.beginStage(id, 'token', 'prepare');
    await runs.heartbeat(id, 'token', lease, 0.25);
    const [watcher, other] = [await listen(`?progress=true&run_id=${id}`), await listen('?progress=true&model=none')];
    const about = { run_id: id, model: 'coin', status: 'running', stage: 'prepare', attempt: 1 };
    const first = await watcher.next();
    expect(first).toMatchObject({ event: 'run.progressed', data: { ...about, progress: 0.25 } });
    await runs.heartbeat(id, 'token', lease, 0.5);
    expect((await watcher.next()).data).toMatchObject({ ...about, progress: 0.5 });
    await gateway.app
      .get(UnitOfWork)
      .transaction(() =>
        gateway.app
          .get(EventLog)
          .append(
            { type: 'monitoring.started', payload: {}, model: 'none', actor: 'spec' },
            { type: 'run.recovered', payload: { from: 'train' }, model: 'coin', runId: id, actor: 'spec' },
          ),
      );
    expect((await watcher.next()).event).toBe('run.recovered');
    expect((await other.next()).event).toBe('monitoring.started');
    expect((await gateway.get(`/events?run_id=${id}`)).body.items).toHaveLength(1);
    for (const stream of [watcher, other]) stream.leave();
  });

  it.each(['x', '-1', '1.5'])('refuses Last-Event-ID %s', async (id) => {
    expect((await gateway.get('/events/stream', { 'last-event-id': id })).status).toBe(400);
  });

  it('answers HEAD without streaming', async () => {
    const { status, type, text } = await gateway.send('HEAD', '/events/stream', {});
    expect([status, text]).toEqual([200, '']);
    expect(type).toContain('text/event-stream');
  });

  it('ends when the gateway closes, so that it can', async () => {
    const other = await gatewayUnderTest();
    const answer = await fetch(`${other.url}/events/stream`);
    const began = performance.now();
    const [, text] = await Promise.all([other.close(), answer.text()]);
    expect(text).toContain('retry:');
    expect(performance.now() - began).toBeLessThan(5_000);
  }, 30_000);
});
