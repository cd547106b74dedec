import { seededRandom } from '@retrain/core';
import { artifactOf, gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
  await gateway.promote('coin', [1, 0]);
}, 30_000);

afterAll(() => gateway?.close());

const WEEK_MS = 7 * 86_400_000;
const season = Date.UTC(2020, 7, 1);

/** A change of the champion: when it began and was answered by the wall clock, and the day it was decided as of. */
interface Change {
  readonly from: number;
  readonly until: number;
  readonly asOf: number;
  readonly version: number;
}

/** Replays a season in which every week another version is promoted, or the one before comes back. */
async function playSeason(random: () => number): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (let week = 0; week < 38; week++) {
    const asOf = season + week * WEEK_MS;
    const as_of = new Date(asOf).toISOString();
    const { version } = await gateway.register('coin', artifactOf('coin', [random(), 0]));
    const back = week % 5 === 4;
    const from = Date.now();
    const answer = back
      ? await gateway.post('/models/coin/rollback', { as_of })
      : await gateway.post('/models/coin/promote', { version, as_of });
    expect(answer.status).toBe(200);
    changes.push({ from, until: Date.now(), asOf, version: answer.body.version as number });
    await new Promise((resolve) => setTimeout(resolve, 5 + random() * 30));
  }
  return changes;
}

describe('GET /models/{m}/at', () => {
  it('is right for 1,000 random instants of a replayed season, by the wall clock and by the day decided for', async () => {
    const random = seededRandom(5);
    const changes = await playSeason(random);
    const [first, last] = [changes[0]!, changes.at(-1)!];
    const at = async (query: string) => (await gateway.get(`/models/coin/at?${query}`)).body;
    let asked = 0;
    while (asked < 500) {
      const time = Math.floor(first.until + random() * (last.until + 50 - first.until));
      // While a request was on its way only the gateway knows whether the champion had moved already.
      if (changes.some(({ from, until }) => from <= time && time <= until)) continue;
      asked++;
      const then = changes.findLast(({ until }) => until < time)!;
      const body = await at(`time=${new Date(time).toISOString()}`);
      expect([time, body.version, body.version_details.version]).toEqual([time, then.version, then.version]);
      expect(body.deployment).toMatchObject({
        version: then.version,
        status: expect.stringMatching(/promoted|rolled/) as string,
      });
    }
    for (; asked < 1_000; asked++) {
      const day = Math.floor(first.asOf + random() * (last.asOf + WEEK_MS - first.asOf));
      const then = changes.findLast(({ asOf }) => asOf <= day)!;
      const body = await at(`as_of=${new Date(day).toISOString()}`);
      expect([day, body.version, body.as_of]).toEqual([day, then.version, new Date(then.asOf).toISOString()]);
    }
    expect((await gateway.get('/models/coin/at?time=2000-01-01')).status).toBe(404);
  }, 120_000);
});
