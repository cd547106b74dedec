import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '@retrain/infra';
import type { Part } from '../bar.js';
import { Gateways } from './gateways.js';
import { Load, quantileMs } from './load.js';

const PER_SECOND = 200;
const GATEWAYS = 2;
const AWAY_SECONDS = 60;

/** Postgres is cut off under load, and comes back. */
export async function outage(): Promise<Part> {
  const gateways = await Gateways.start(GATEWAYS);
  const database = await Database.open({ url: gateways.databaseUrl });
  try {
    const questions = await gateways.prepare(20);
    const load = new Load(gateways, questions, PER_SECOND);
    await sleep(5_000);
    const cutAt = performance.now();
    gateways.link.cut();
    await sleep(AWAY_SECONDS * 1000);
    gateways.link.mend();
    const mendedAt = performance.now();
    await gateways.until(async (url) => {
      const answer = await fetch(`${url}/health/ready`);
      return !((await answer.json()) as { degraded: boolean }).degraded;
    });
    const recoveredAt = performance.now();
    await sleep(5_000);
    await load.stop();
    const ids = load.answers.map(({ id }) => id);
    const { rows } = await database.query<{ found: number; twice: number }>(
      `SELECT count(DISTINCT id)::int AS found, (count(*) - count(DISTINCT id))::int AS twice
       FROM predictions WHERE id = ANY($1::uuid[])`,
      [ids],
    );
    const away = load.answers.filter(({ sentAt }) => sentAt >= cutAt && sentAt < mendedAt);
    const lost = ids.length - rows[0]!.found;
    return {
      name: 'outage',
      assumptions: { per_second: PER_SECOND, gateways: GATEWAYS, away_seconds: AWAY_SECONDS },
      figures: {
        answered: ids.length,
        answered_meanwhile: away.length,
        failed: load.failures.length,
        recorded_twice: rows[0]!.twice,
        meanwhile_ms: { p50: quantileMs(away, 0.5), p99: quantileMs(away, 0.99) },
        seconds_to_recover: (recoveredAt - mendedAt) / 1000,
      },
      bars: [
        { name: 'wrong answers', value: load.wrong.length, unit: '', must: 'at most', limit: 0 },
        { name: 'predictions lost', value: lost, unit: '', must: 'at most', limit: 0 },
        { name: 'requests that failed', value: load.failures.length, unit: '', must: 'at most', limit: 0 },
      ],
      details: [...load.failures.slice(0, 20), ...load.wrong.slice(0, 20)],
    };
  } finally {
    await database.close();
    await gateways.stop();
  }
}
