import { setTimeout as sleep } from 'node:timers/promises';
import { matchesBetween, type Match } from './matches.js';
import { quickstart, System } from './system.js';

/** Whoever is not clearly worse may answer: what is shown is the way there, in seconds instead of days. */
const config = `${quickstart}
enable_automatic_deployment: true
gates: [parity]
deployment: { strategy: canary, min_outcomes_per_step: 20, min_minutes_per_step: 0, margin: 0.4, latency_ratio: 1000 }
`;

interface Answered {
  readonly prediction_id: string;
  readonly model_version: number;
  readonly arm: string;
  readonly home_win_probability: number;
}

interface RolloutAnswer {
  readonly id: string;
  readonly status: string;
  readonly share: number;
  readonly end_reason: string | null;
  readonly looks: readonly { readonly verdict: string; readonly share: number }[];
}

/** Asks about matches at two gateways by turns, without a pause, and keeps whatever was not an answer. */
class Callers {
  readonly failures: string[] = [];
  readonly answers: Answered[] = [];
  private readonly asking: Promise<void>;
  private stopped = false;

  constructor(
    private readonly urls: readonly string[],
    private readonly fixtures: readonly Match[],
  ) {
    this.asking = this.ask();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.asking;
  }

  private async ask(): Promise<void> {
    for (let asked = 0; !this.stopped; asked++) {
      const { fixture } = this.fixtures[asked % this.fixtures.length]!;
      try {
        const response = await fetch(`${this.urls[asked % this.urls.length]}/predict`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(fixture),
        });
        const body = (await response.json()) as Answered;
        if (response.status === 200) this.answers.push(body);
        else this.failures.push(`${response.status} ${JSON.stringify(body)}`);
      } catch (error) {
        this.failures.push(String(error));
      }
      await sleep(15);
    }
  }
}

describe('a canary through real processes', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start({ config, apps: ['gateway', 'gateway', 'trigger-monitor', 'trainer'] });
    await system.ready();
    await system.idle();
  }, 120_000);

  afterAll(() => system?.stop(), 60_000);

  const rollout = async () => {
    const { body } = await system.get<{ items: readonly { id: string }[] }>('/models/premier-league/rollouts');
    return (await system.get<RolloutAnswer>(`/models/premier-league/rollouts/${body.items[0]!.id}`)).body;
  };

  it('goes from 5 to 25, 50 and 100 % and promotes, with no failed request', async () => {
    const { teams_known: known } = (await system.get<{ teams_known: readonly string[] }>('/teams')).body;
    const matches = (await matchesBetween('2016-08-13', '2017-06-01')).filter(({ teams }) =>
      teams.every((team) => known.includes(team)),
    );
    await system.post('/retraining/config', { trainers: [{ use: 'softmax_regression', with: { l2: 50 } }] });
    const { body: asked } = await system.post<{ run_id: string }>('/retraining/trigger', {
      reason: 'try',
      force: true,
    });
    const run = await system.settled(asked.run_id);
    expect(run).toMatchObject({ status: 'rolling_out', candidate_version: 2 });

    const callers = new Callers([system.url('gateway', 0), system.url('gateway', 1)], matches);
    const shares: number[] = [];
    for (let from = 0; from < matches.length; from += 30) {
      const { status, share } = await rollout();
      if (status !== 'running') break;
      if (shares.at(-1) !== share) shares.push(share);
      const told = matches.slice(from, from + 30);
      const { body: answers } = await system.post<{ predictions: readonly Answered[] }>('/predict/bulk', {
        matches: told.map(({ fixture }) => fixture),
      });
      await sleep(500);
      const outcomes = told.map(({ outcome, date }, index) => {
        const { prediction_id } = answers.predictions[index]!;
        return { prediction_id, outcome, observed_at: `${date}T22:00:00Z` };
      });
      await system.post('/models/premier-league/outcomes', { outcomes });
      await system.eventually('the next step', async () => {
        const now = await rollout();
        return now.share !== share || now.status !== 'running';
      });
    }
    await system.eventually('version 2 to answer everybody', async () => {
      const served = await Promise.all(
        [0, 1].map(async (place) => {
          const response = await fetch(`${system.url('gateway', place)}/model/info`);
          return ((await response.json()) as { model_version: number }).model_version;
        }),
      );
      return served.every((version) => version === 2);
    });
    await sleep(500);
    await callers.stop();

    expect(shares).toEqual([0.05, 0.25, 0.5, 1]);
    const ended = await rollout();
    expect(ended).toMatchObject({ status: 'promoted' });
    expect(ended.looks[0]).toMatchObject({ verdict: 'promote', share: 1 });
    expect(await system.settled(asked.run_id)).toMatchObject({ status: 'deployed' });
    expect(callers.failures).toEqual([]);
    expect(callers.answers.length).toBeGreaterThan(200);
    for (const { arm, model_version } of callers.answers.filter((answer) => answer.arm === 'challenger')) {
      expect([arm, model_version]).toEqual(['challenger', 2]);
    }
    expect(new Set(callers.answers.map(({ arm }) => arm))).toEqual(new Set(['champion', 'challenger']));
    const { body } = await system.get<{ items: readonly { type: string }[] }>(`/events?limit=100`);
    const told = body.items.map(({ type }) => type).filter((type) => type.startsWith('rollout.'));
    expect(told).toEqual(['rollout.promoted', ...Array<string>(3).fill('rollout.advanced'), 'rollout.started']);
  }, 180_000);
});
