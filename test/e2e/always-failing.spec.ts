import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quickstart, System, type RunAnswer } from './system.js';

/** Failed runs that open the circuit. */
const BUDGET = 3;
/** Seconds for which it stays open. */
const OPEN_SECONDS = 15;

const failing = `{ use: command, with: { command: ['${process.execPath}', '-e', 'console.error("no such column: rain"); process.exit(1)'] } }`;

/** Triggers that fire at every check, which comes every three seconds, as nothing holds runs back but the circuit. */
const config = (trainer: string, url: string, openSeconds = OPEN_SECONDS) => `${quickstart}
trainers: [${trainer}]
gates: [parity]
evaluation: { blocks: 1 }
triggers: [time_based]
check_interval_minutes: 0.05
min_days_between_retraining: 0
max_days_without_retraining: 0.00001
circuit_breaker: { failures: ${BUDGET}, window_hours: 24, open_hours: ${openSeconds / 3600} }
notifications: [{ use: webhook, on: [run.failed, circuit.opened, circuit.closed], with: { url: '${url}' } }]
`;

interface Circuit {
  readonly state: string;
  readonly failures: readonly string[];
  readonly opened_at: string | null;
  readonly open_until: string | null;
  readonly reason: string;
}
type Run = RunAnswer & { readonly requested_at: string; readonly requested_by: string };
interface LoggedEvent {
  readonly type: string;
  readonly run_id: string | null;
  readonly payload: Record<string, unknown>;
}

describe('a model whose trainer always fails, asked for all the time', () => {
  let system: System;
  let inbox: Server;
  const notices: { readonly event?: string; readonly type?: string; readonly title: string }[] = [];
  let url: string;

  beforeAll(async () => {
    inbox = createServer((request, response) => {
      let body = '';
      request.on('data', (text: Buffer) => (body += text.toString()));
      request.on('end', () => {
        notices.push(JSON.parse(body) as (typeof notices)[number]);
        response.end();
      });
    });
    await new Promise<void>((resolve) => inbox.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(inbox.address() as AddressInfo).port}/`;
    // The first champion comes of a sound trainer, which then breaks.
    system = await System.start({ config: config('softmax_regression', url) });
    await system.ready();
    await breakTrainer(OPEN_SECONDS);
  }, 240_000);

  afterAll(async () => {
    await system?.stop();
    inbox?.close();
  }, 60_000);

  const edit = (text: string) => writeFileSync(join(system.home, 'config/retraining_config.yaml'), text);
  const breakTrainer = async (openSeconds: number) => edit(config(failing, url, openSeconds));
  const circuit = async () => (await system.get<Circuit>('/models/premier-league/circuit')).body;
  const opened = (since = '') =>
    system.eventually(
      'the circuit to open',
      async () => {
        const now = await circuit();
        return now.state === 'open' && now.opened_at! > since && now;
      },
      120,
    );
  const closed = () => system.eventually('the circuit to close', async () => (await circuit()).state === 'closed', 120);
  const runs = async () => (await system.get<{ items: readonly Run[] }>('/retraining/runs?limit=200')).body.items;
  const events = async (types: string) =>
    (await system.get<{ items: readonly LoggedEvent[] }>(`/events?limit=200&types=${types}`)).body.items;
  const answers = async () => {
    const { status, body } = await system.post<{ model_version: number }>('/predict', {
      home_team: 'Arsenal',
      away_team: 'Chelsea',
    });
    expect(status).toBe(200);
    return body.model_version;
  };

  it('stops after the budget and says so everywhere; what served goes on serving', async () => {
    const before = await answers();
    const open = await opened();
    expect(open.failures).toHaveLength(BUDGET);
    expect(open.reason).toMatch(/^3 failed runs within 24 hours; the last: .*exit code 1.*no such column: rain/s);
    const told = { state: 'open', reason: open.reason };
    expect((await system.get<{ circuit: Circuit }>('/retraining/status')).body.circuit).toMatchObject(told);
    const health = await system.get<{ circuits: Record<string, Circuit> }>('/health');
    expect(health.body.circuits['premier-league']).toMatchObject(told);
    expect((await system.get('/health/ready')).status).toBe(200);
    expect(await system.cli<Circuit>('circuit')).toMatchObject({ code: 0, answer: told });

    const failed = (await runs()).filter(({ status }) => status === 'failed');
    expect(failed).toHaveLength(BUDGET);
    for (const { failure } of failed) expect(failure).toMatchObject({ code: 'fitting_failed' });
    const [event] = await events('circuit.opened');
    expect(event).toMatchObject({ run_id: failed[0]!.id, payload: { failures: BUDGET, reason: open.reason } });
    await system.eventually('the notices', async () => {
      return notices.some(({ title }) => title.includes('no more retrainings before'));
    });
    expect(notices.filter(({ title }) => title.includes('retraining failed in stage train'))).toHaveLength(BUDGET);

    const refused = await system.post<{ code: string }>('/retraining/trigger', { reason: 'spec' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'circuit_open' } });
    expect((await system.cli('trigger', '--reason', 'spec')).code).toBe(3);
    const check = await system.post<{ decision: string; circuit_open_until: string }>('/retraining/check');
    expect(check.body).toMatchObject({ decision: 'circuit_open', circuit_open_until: open.open_until });
    expect(await answers()).toBe(before);
  }, 180_000);

  it('lets one trial through when the time is over, which fails and opens it anew; nothing runs in between', async () => {
    const first = await opened();
    const second = await opened(first.opened_at!);
    const requested = (await runs()).map(({ requested_at }) => requested_at);
    // Counted by when they were asked for: as a check comes every 3 s, the circuit alone has kept them away.
    expect(requested.filter((at) => at > first.opened_at! && at < first.open_until!)).toEqual([]);
    expect(requested.filter((at) => at >= first.open_until! && at <= second.opened_at!)).toHaveLength(1);
  }, 180_000);

  it('closes by time: once the trainer is mended, the next trial does it', async () => {
    edit(config('softmax_regression', url));
    await closed();
    const [event] = await events('circuit.closed');
    expect(event!.payload).toMatchObject({ by: 'system', reason: 'A run came as far as a judgement again.' });
  }, 180_000);

  it('closes by hand: runs are asked for again at once', async () => {
    const begun = new Date().toISOString();
    await breakTrainer(24 * 3600);
    const open = await opened(begun);
    edit(config('softmax_regression', url, 24 * 3600));
    const { code } = await system.cli('circuit', 'close', '--reason', 'the column is back');
    expect(code).toBe(0);
    const [event] = await events('circuit.closed');
    expect(event!.payload).toMatchObject({ reason: 'the column is back' });
    await system.eventually('a run by the triggers that ends well', async () => {
      return (await runs()).find(
        ({ status, requested_at }) => requested_at > open.opened_at! && status === 'awaiting_approval',
      );
    });
    expect((await system.get<{ circuits: object }>('/health')).body.circuits).toEqual({});
    await system.eventually('the notice of the closing', async () => {
      return notices.some(({ title }) => title.includes('the column is back'));
    });
  }, 240_000);
});
