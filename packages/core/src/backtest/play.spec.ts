import fc from 'fast-check';
import type { RetrainingConfig } from '../config/retraining-config.js';
import { buildExamples } from '../dataset/examples.js';
import { rowsBefore, type Dataset } from '../dataset/dataset.js';
import { builtinPlugin } from '../plugin/builtin.js';
import { PluginRegistry } from '../plugin/registry.js';
import type { FittingJob } from '../run/fitting.port.js';
import { aConfig, coinRecords } from '../testing/builders.js';
import { coinModel } from '../testing/coin-model.js';
import { MemoryFitting } from '../testing/memory-fitting.js';
import { MemoryScorerLoader } from '../testing/memory-scorer-loader.js';
import { tinySoftmax } from '../testing/tiny-softmax.js';
import { answerOf, figuresOfPlay, gainOver } from './compare.js';
import { planCourse } from './course.js';
import type { Fault } from './fault.js';
import { MeteredFitting, type FittingCost } from './metered-fitting.port.js';
import { play, type Played } from './play.js';
import { parsePolicy, policyName, type Policy } from './policy.js';

const plugins = new PluginRegistry([builtinPlugin, { name: 'testing', trainers: [tinySoftmax] }]);

class CountingFitting extends MeteredFitting {
  readonly jobs: FittingJob[] = [];
  private readonly fitting = new MemoryFitting(plugins);
  private rows = 0;

  spent(): FittingCost {
    return { fits: this.jobs.length, rows: this.rows, seconds: 0 };
  }

  fit(job: FittingJob) {
    this.jobs.push(job);
    this.rows += job.dataset.rows;
    return this.fitting.fit(job);
  }
}

const config = (overrides: Partial<RetrainingConfig> = {}): RetrainingConfig =>
  aConfig({
    trainers: [{ use: 'tiny_softmax', with: { steps: 6 } }],
    evaluation: { min_rows: 60, max_rows: 200, blocks: 2 },
    min_validation_accuracy: 0,
    min_new_predictions: 20,
    ...overrides,
  });

const span = { from: new Date('2020-05-01'), until: new Date('2100-01-01'), days: 7 };

function dataset(rows = 400, effect = 1): Dataset {
  return buildExamples(coinModel, coinRecords(rows, { effect }));
}

async function played(
  policy: Policy,
  {
    data = dataset(),
    days = 7,
    faults = [] as readonly Fault[],
    swapped = undefined as Float32Array | undefined,
    overrides = {} as Partial<RetrainingConfig>,
  } = {},
) {
  const fitting = new CountingFitting();
  const loader = new MemoryScorerLoader();
  const course = planCourse(data, { ...span, days });
  const { name, task, schema } = coinModel;
  const definition = { name, task, schema };
  const signal = new AbortController().signal;
  const result = await play({
    ...{ course, policy, model: 'coin', definition, plugins, fitting, loader, faults, swapped, signal },
    config: config(overrides),
  });
  return { result, fitting, loader, course };
}

const policies = ['never', 'scheduled:21', 'always', 'triggered'].map(parsePolicy);
const anyPolicy = fc.constantFrom(...policies);

describe('a policy that is played through history', () => {
  it('never scores a row by a version fitted on it or on later rows', async () => {
    await fc.assert(
      fc.asyncProperty(anyPolicy, fc.integer({ min: 1, max: 30 }), async (policy, days) => {
        const { result, course } = await played(policy, { days });
        for (let row = result.from; row < result.to; row++) {
          const fittedTo = result.fittedTo[row - result.from]!;
          expect(fittedTo).toBeGreaterThan(0);
          expect(fittedTo).toBeLessThanOrEqual(rowsBefore(course.dataset, course.dataset.times[row]!));
        }
      }),
      { numRuns: 8 },
    );
  });

  it('answers before a day as it did, whatever happens after that day', async () => {
    await fc.assert(
      fc.asyncProperty(anyPolicy, fc.integer({ min: 250, max: 390 }), async (policy, changed) => {
        const data = dataset();
        const other = { ...data, outcomes: data.outcomes.map((side, row) => (row >= changed ? 1 - side : side)) };
        const [was, is] = [await played(policy, { data }), await played(policy, { data: other })];
        const round = was.course.rounds.find(({ to }) => to > changed)!;
        const answered = (one: Played) => [...one.scores.subarray(0, (round.to - one.from) * 2)];
        expect(answered(is.result)).toEqual(answered(was.result));
      }),
      { numRuns: 8 },
    );
  });

  it('answers the same rows as every other policy', async () => {
    const all = await Promise.all(policies.map((policy) => played(policy)));
    for (const { result } of all) {
      expect([result.from, result.to]).toEqual([all[0]!.result.from, all[0]!.result.to]);
      expect(result.scores).toHaveLength((result.to - result.from) * 2);
      expect(result.scores.every((score) => score > 0 && score < 1)).toBe(true);
    }
  });

  it('gives the same answers again', async () => {
    for (const policy of policies) {
      const [once, again] = [await played(policy), await played(policy)];
      expect(again.result).toEqual(once.result);
    }
  });

  it('retrains never, every so many days, or after every round', async () => {
    const retrainings = async (text: string) => (await played(parsePolicy(text))).result.retrainings;
    const { checks } = (await played({ kind: 'never' })).result;
    expect(await retrainings('never')).toHaveLength(0);
    expect(await retrainings('always')).toHaveLength(checks);
    const scheduled = await retrainings('scheduled:21');
    const gaps = scheduled.slice(1).map(({ at }, index) => (at - scheduled[index]!.at) / 86_400_000);
    expect(new Set(gaps)).toEqual(new Set([21]));
  });

  it('pays for every fit after the first champion, and gives every scorer back', async () => {
    for (const policy of policies) {
      const { result, loader } = await played(policy);
      expect(loader.open).toBe(0);
      const sums = result.retrainings.reduce((sum, { cost }) => sum + cost.rows, 0);
      expect(result.cost.rows).toBe(sums);
    }
  });
});

describe('the triggered policy', () => {
  it('asks, waits and decides as the configuration says', async () => {
    const overrides = { max_days_without_retraining: 20, min_days_between_retraining: 15 };
    const { result } = await played({ kind: 'triggered' }, { overrides });
    expect(result.retrainings.length).toBeGreaterThan(1);
    for (const [index, { at, triggers, ended }] of result.retrainings.entries()) {
      expect(['deployed', 'rejected']).toContain(ended);
      expect(triggers.length).toBeGreaterThan(0);
      const before = result.retrainings[index - 1];
      if (before) expect(at - before.at).toBeGreaterThanOrEqual(15 * 86_400_000);
    }
    expect(Object.keys(result.verdicts)).toEqual(config().triggers.map(({ use }) => use));
    const judged = Object.values(result.verdicts['time_based']!).reduce((sum, count) => sum + count, 0);
    expect(judged).toBe(result.checks);
  });

  it('keeps the champion when the gates refuse every candidate', async () => {
    const gates = [{ use: 'improvement', with: { mode: 'point', required: 0.9 } }];
    const { result } = await played({ kind: 'triggered' }, { overrides: { gates } });
    expect(result.retrainings.length).toBeGreaterThan(0);
    expect(result.retrainings.every(({ ended }) => ended === 'rejected')).toBe(true);
    expect(new Set(result.fittedTo)).toEqual(new Set([result.from]));
  });

  it('refuses to begin with a version that its gates refuse', async () => {
    await expect(played({ kind: 'triggered' }, { overrides: { min_validation_accuracy: 0.99 } })).rejects.toMatchObject(
      { code: 'no_first_champion' },
    );
  });

  it('notices that callers turned the coin round, and is right again once somebody was told', async () => {
    const data = dataset(800);
    const from = new Date('2020-07-15');
    const swapped = data.features.map((value, index) => (index % 2 === 0 ? -value : value));
    const faults: readonly Fault[] = [{ kind: 'swap-home-away', from }];
    const overrides = { trainers: [{ use: 'tiny_softmax', with: { steps: 15 } }] };
    const [sound, broken, blind] = await Promise.all([
      played({ kind: 'triggered' }, { data, overrides }),
      played({ kind: 'triggered' }, { data, faults, swapped, overrides }),
      played({ kind: 'never' }, { data, faults, swapped, overrides }),
    ]);
    expect(sound.result.alarms.every(({ cause }) => cause === undefined)).toBe(true);
    const [fault] = broken.result.faults;
    const row = rowsBefore(data, from.getTime());
    expect(fault).toMatchObject({ kind: 'swap-home-away', row, alarmBefore: false });
    expect(fault!.delayRows).toBeLessThan(100);
    expect(fault!.mendedAfterRows).toBe(fault!.delayRows);
    expect(broken.result.alarms.find(({ at }) => at === fault!.detectedAt)).toMatchObject({ cause: 'swap-home-away' });
    expect(blind.result.faults[0]!.mendedAfterRows).toBeUndefined();
    const after = row + fault!.delayRows!;
    const loss = (one: Played, start: number) => figuresOfPlay(data, one, start)['log_loss']!;
    expect(loss(broken.result, after)).toBeLessThan(loss(blind.result, after) - 0.2);
    const untouched = (one: Played) => [...one.scores.subarray(0, (row - one.from) * 2)];
    expect(untouched(broken.result)).toEqual(untouched(sound.result));
  });
});

describe('policies side by side', () => {
  it('are compared row by row, and the cheapest of equals is the answer', async () => {
    const data = dataset(500);
    const all = await Promise.all(policies.map((policy) => played(policy, { data })));
    const contenders = all.map(({ result }) => ({
      name: policyName(result.policy),
      played: result,
      metrics: figuresOfPlay(data, result),
    }));
    const never = all[0]!.result;
    expect(gainOver(data, never, never, 1)).toEqual({ metric: 'log_loss', gain: 0, interval: [0, 0] });
    const { best, sentence } = answerOf(data, contenders, 1);
    expect(contenders.map(({ name }) => name)).toContain(best);
    expect(sentence).toContain(`"${best}"`);
  });

  it('prefers the policy that truly learns', async () => {
    const trainers = [{ use: 'tiny_softmax', with: { steps: 12 } }];
    const late = dataset(800);
    // A law that turns round after the first champion was fitted: only a policy that refits can follow.
    const turned = rowsBefore(late, span.from.getTime());
    const data = { ...late, outcomes: late.outcomes.map((side, row) => (row < turned ? 1 - side : side)) };
    const [never, always] = await Promise.all(
      (['never', 'always'] as const).map((kind) => played({ kind }, { data, overrides: { trainers } })),
    );
    const contenders = [never!, always!].map(({ result }) => ({
      name: result.policy.kind,
      played: result,
      metrics: figuresOfPlay(data, result),
    }));
    expect(answerOf(data, contenders, 1).best).toBe('always');
    const { gain, interval } = gainOver(data, always!.result, never!.result, 1);
    expect(gain).toBeGreaterThan(0);
    expect(interval[0]).toBeGreaterThan(0);
  });
});

describe('a course', () => {
  it('holds every row of its span once, each round before its check', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), (days) => {
        const data = dataset();
        const { rounds } = planCourse(data, { ...span, days });
        expect(rounds[0]!.from).toBe(rowsBefore(data, span.from.getTime()));
        expect(rounds.at(-1)!.to).toBe(data.rows);
        for (const [index, { from, to, checkAt }] of rounds.entries()) {
          expect(from).toBeLessThan(to);
          expect(data.times[to - 1]!).toBeLessThanOrEqual(checkAt);
          if (index > 0) expect(rounds[index - 1]!.to).toBe(from);
          if (to < data.rows) expect(data.times[to]!).toBeGreaterThan(checkAt);
        }
      }),
    );
  });

  it('refuses an empty span and days that are none', () => {
    expect(() => planCourse(dataset(), { ...span, from: new Date('2050-01-01') })).toThrow('no row in this span');
    expect(() => planCourse(dataset(), { ...span, days: 0 })).toThrow('above 0');
  });
});

describe('a written policy', () => {
  it.each(['scheduled', 'scheduled:0', 'sometimes', ''])('"%s" is refused', (text) => {
    expect(() => parsePolicy(text)).toThrow('scheduled:30');
  });
});
