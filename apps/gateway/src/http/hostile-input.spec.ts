import { gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
  await gateway.promote('premier-league', [0.5, 0, 0.2]);
  await gateway.promote('coin', [1, 0]);
}, 30_000);

afterAll(() => gateway?.close());

const id = '00000000-0000-4000-8000-00000000dead';
const match = { home_team: 'Arsenal', away_team: 'Chelsea' };
const nasty: readonly unknown[] = [
  null,
  true,
  0,
  '',
  [],
  [[]],
  'a\u0000b',
  '\ud800',
  1e15,
  1e308,
  -1e308,
  '9'.repeat(400),
  { a: { b: [null] } },
  "'; DROP TABLE predictions; --",
  '${DATABASE_URL}',
  '../../etc/passwd',
];

/** Bodies whose every part is replaced, one at a time, by something that does not belong there. */
const bodies: Readonly<Record<string, object>> = {
  '/predict': { ...match, date: '2016-08-20', season: '2016-17', month: 8, home_odds: 2, draw_odds: 3, away_odds: 4 },
  '/predict/bulk': { matches: [match] },
  '/models/coin/predictions': { instances: [{ key: 'k', input: { tilt: 0 }, occurred_at: '2024-01-01' }] },
  '/models/premier-league/predictions': { instances: [{ input: match }] },
  '/models/coin/outcomes': {
    outcomes: [
      {
        key: 'k',
        outcome: 'heads',
        observed_at: '2024-06-01',
        record: { id: 'k', at: '2024-01-01T00:00:00Z', tilt: 1, side: 'heads' },
      },
    ],
  },
  '/models/coin/versions': { artifact_base64: 'AAAA', training_rows: 5 },
  '/models/coin/promote': { version: 99, reason: 'x' },
  '/models/coin/rollback': { version: 99, reason: 'x', quarantine: true },
  '/models/coin/circuit/close': { reason: 'x' },
  '/models/coin/versions/99/release': { reason: 'x' },
  '/retraining/check?model=coin': { as_of: '2024-01-01', dry_run: true },
  '/retraining/trigger?model=coin': { reason: 'x', force: false, as_of: '2024-01-01T00:00:00Z' },
  '/retraining/config': { drift_threshold: 0.2, notifications: [{ use: 'log', on: ['run.failed'], with: {} }] },
  '/retraining/export': { output_path: 'x.json' },
  [`/retraining/runs/${id}/approve`]: { reason: 'x' },
  [`/retraining/runs/${id}/reject`]: { reason: 'x' },
  [`/retraining/runs/${id}/cancel`]: { reason: 'x' },
};

function* spoilt(value: unknown): Generator<unknown> {
  yield* nasty;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) for (const bad of spoilt(item)) yield value.with(index, bad);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) for (const bad of spoilt(item)) yield { ...value, [key]: bad };
    for (const bad of nasty) yield { ...value, ['no\u0000such']: bad };
  }
}

const leak = /\bat .*[:(]\d+:\d+|node_modules|SELECT |INSERT |QueryFailed|syntax error/;

describe('whatever is posted', () => {
  it.each(Object.entries(bodies))(
    'to %s is answered or refused, and never shows what is inside',
    async (url, body) => {
      for (const bad of spoilt(body)) {
        const { status, text, type } = await gateway.post(url, bad);
        const told = `${JSON.stringify(bad)} -> ${status} ${text.slice(0, 300)}`;
        expect(status < 500 ? '' : told).toBe('');
        expect(status < 400 || type.includes('application/problem+json') ? '' : told).toBe('');
        expect(leak.test(text) ? told : '').toBe('');
      }
    },
    60_000,
  );
});

describe('whatever is asked for', () => {
  const parts = [
    '%00',
    '99999999999',
    '%ff',
    '..%2f..%2fetc',
    "'--",
    '9'.repeat(400),
    '-1',
    '%F0%9F%92%A5',
    'null',
    '[object%20Object]',
  ];
  const paths = (part: string) => [
    ...[`/models/${part}`, `/models/coin/versions/${part}`, `/models/${part}/versions`, `/retraining/runs/${part}`],
    ...[`/retraining/runs/${part}/report`, `/events/${part}`, `/retraining/status?model=${part}`],
    ...[
      `/models/coin/at?time=${part}`,
      `/models/coin/at?as_of=${part}`,
      `/events?limit=${part}`,
      `/events?cursor=${part}`,
    ],
    ...[`/events?types=${part}`, `/retraining/runs?cursor=${part}`, `/models/coin/versions?cursor=${part}`],
    ...[
      `/models/coin/performance?days=${part}`,
      `/models/coin/drift?days=${part}`,
      `/retraining/history?limit=${part}`,
    ],
    ...[`/models/coin/deployments?cursor=${part}`, `/events?after=${part}`, `/${part}`],
  ];

  it.each(parts.map((part) => [part.slice(0, 20), part]))(
    '%s is answered or refused, and never shows what is inside',
    async (_, part) => {
      for (const path of paths(part)) {
        const { status, text } = await gateway.get(path);
        const told = `${path} -> ${status} ${text.slice(0, 300)}`;
        expect(status < 500 ? '' : told).toBe('');
        expect(leak.test(text) ? told : '').toBe('');
      }
    },
  );
});
