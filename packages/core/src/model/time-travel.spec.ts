import { PromoteVersionService } from '../deployment/promote-version.service.js';
import { RollbackService } from '../deployment/rollback.service.js';
import { ChampionHolder } from '../serving/champion-holder.service.js';
import { seededRandom } from '../statistic/random.js';
import type { Installation } from '../testing/installation.js';
import { retrain, withChampion } from '../testing/loop.js';

const config = {
  enable_automatic_deployment: true,
  min_days_between_retraining: 0,
  evaluation: { min_rows: 40, max_rows: 40, blocks: 1 },
  gates: ['minimum_score', 'parity'].map((use) => ({ use, with: {} })),
  training_data_from: '2020-06-10',
};
const WEEKS = 38;
const WEEK_MS = 7 * 86_400_000;

/** What a gateway answered with from an instant on, by both clocks. */
interface Seen {
  readonly at: number;
  readonly asOf: number;
  readonly version: number;
  /** What was decided as of that day; the first champion belongs to a later one. */
  readonly decided?: number;
}

/** Replays a season of retrainings, promotions by hand and roll-backs, and notes what a gateway holds after each week. */
async function playSeason(house: Installation, seed: number): Promise<readonly Seen[]> {
  const random = seededRandom(seed);
  const gateway = house.process()(ChampionHolder);
  const why = { model: 'coin', actor: 'key:ann', reason: 'the season' };
  const seen: Seen[] = [];
  for (let week = 0; week < WEEKS; week++) {
    house.clock.advance({ seconds: 1 + Math.floor(random() * 600) });
    const asOf = new Date(Date.UTC(2020, 6, 10) + week * WEEK_MS);
    const chance = random();
    const act = async () => {
      if (chance < 0.4) await retrain(house, { asOf });
      else if (chance < 0.6) await house.get(RollbackService).execute({ ...why, asOf });
      else if (chance < 0.8) {
        const { items } = await house.models.versions('coin', { limit: 100 });
        const { version } = items[Math.floor(random() * items.length)]!;
        await house.get(PromoteVersionService).execute({ ...why, version, asOf });
      }
    };
    // A week may bring nothing, and what it asks for may be refused: who answers is what counts.
    await act().catch(() => undefined);
    await gateway.refresh('coin');
    const version = gateway.status('coin').version!;
    const { revision } = (await house.models.alias('coin', 'champion'))!;
    const decided = revision > 1 ? { decided: version } : {};
    seen.push({ at: house.clock.now().getTime(), asOf: asOf.getTime(), version, ...decided });
  }
  await gateway.release();
  return seen;
}

describe('who answered then', () => {
  it.each([1, 2])(
    'is right for 1,000 random instants of a replayed season, on both clocks (season %d)',
    async (seed) => {
      const house = await withChampion({ config });
      const seen = await playSeason(house, seed);
      expect(new Set(seen.map(({ version }) => version)).size).toBeGreaterThan(5);
      const random = seededRandom(seed + 100);
      const [first, last] = [seen[0]!, seen.at(-1)!];
      for (let draw = 0; draw < 1_000; draw++) {
        const at = Math.floor(first.at + random() * (last.at - first.at + 1_000));
        const then = seen.findLast((entry) => entry.at <= at)!;
        const answered = await house.models.aliasAt('coin', 'champion', new Date(at), 'wall_clock');
        expect([at, answered?.version]).toEqual([at, then.version]);
        const asOf = Math.floor(first.asOf + random() * (last.asOf - first.asOf + WEEK_MS));
        const { decided } = seen.findLast((entry) => entry.asOf <= asOf)!;
        const judged = await house.models.aliasAt('coin', 'champion', new Date(asOf), 'as_of');
        expect([asOf, judged?.version]).toEqual([asOf, decided]);
      }
    },
    60_000,
  );
});
