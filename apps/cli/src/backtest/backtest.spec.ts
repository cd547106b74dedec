import { parseFault, parsePolicy, type Played } from '@retrain/core';
import { aConfig } from '@retrain/core/testing';
import { sourceArguments } from '@retrain/infra/testing';
import { premierLeague } from '@retrain/premier-league';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rowsOf } from '../replay/source.js';
import { chartsOf, htmlOf } from './html.js';
import { prepareStage } from './prepare.js';
import { summaryOf, type BacktestSummary } from './summary.js';
import type { Task } from './task.js';
import { playAll } from './troupe.js';

const season = { from: new Date('2015-08-01'), until: new Date('2016-08-01') };
const config = aConfig({
  trainers: [{ use: 'softmax_regression', with: {} }],
  evaluation: { min_rows: 200, max_rows: 400, blocks: 2 },
});
const task = (text: string): Task => ({ name: text, policy: parsePolicy(text), config });
const tasks = ['never', 'scheduled:60', 'triggered'].map(task);

async function stageOf(faults: readonly string[] = [], span = season) {
  const rows = await rowsOf(premierLeague, 'quickstart:premier-league');
  const options = { model: 'premier-league', definition: premierLeague, rows, ...span, days: 14, modules: [] };
  return prepareStage({ ...options, faults: faults.map(parseFault) });
}

const quietly = (processes: number) => ({ processes, onRound: () => undefined });

describe('a back-test on the quick-start data', () => {
  it('plays the same matches under every policy and tells what each was worth', async () => {
    const prepared = await stageOf();
    let rounds = 0;
    const played = await playAll(prepared.stage, tasks, { processes: 1, onRound: () => void rounds++ });
    expect(rounds).toBe(tasks.length * prepared.stage.rounds.length);
    const summary = summaryOf({ ...prepared, tasks, played, seed: 1 });
    expect(summary.rows + summary.refused).toBe(380);
    expect(summary.policies.map(({ name }) => name)).toEqual(['never', 'scheduled:60', 'triggered']);
    for (const { metrics, seasons } of summary.policies) {
      expect(metrics['log_loss']).toBeGreaterThan(0.8);
      expect(metrics['log_loss']).toBeLessThan(Math.log(3));
      expect(seasons.map((one) => [one.season, one.rows])).toEqual([['2015-16', summary.rows]]);
      expect(seasons[0]!.metrics).toEqual(metrics);
    }
    const [never, scheduled, triggered] = summary.policies;
    expect(never!.cost).toEqual({ fits: 0, rows: 0, seconds: 0 });
    expect(never!.against_never).toBeNull();
    expect(scheduled!.retrainings).toMatchObject({ deployed: scheduled!.retrainings.total, rejected: 0 });
    expect(scheduled!.cost.fits).toBe(scheduled!.retrainings.total);
    const gain = never!.metrics['log_loss']! - scheduled!.metrics['log_loss']!;
    expect(scheduled!.against_never!.gain).toBeCloseTo(gain, 10);
    expect(Object.keys(triggered!.verdicts)).toEqual(config.triggers.map(({ use }) => use));
    expect(summary.answer.sentence).toContain(`"${summary.answer.best}"`);
  });

  it('has the same results however many processes play it', async () => {
    const { stage } = await stageOf([], { from: new Date('2016-03-01'), until: season.until });
    const withoutClock = (all: readonly Played[]) =>
      all.map(({ cost, retrainings, ...rest }) => ({
        ...rest,
        fits: cost.fits,
        retrainings: retrainings.map(({ cost: { fits, rows }, ...one }) => ({ ...one, fits, rows })),
      }));
    const [alone, together] = [await playAll(stage, tasks, quietly(1)), await playAll(stage, tasks, quietly(2))];
    expect(withoutClock(together)).toEqual(withoutClock(alone));
  }, 60_000);

  it('tells who failed when a policy cannot be played', async () => {
    const { stage } = await stageOf([], { from: new Date('2016-03-01'), until: season.until });
    const hopeless = { ...task('triggered'), config: { ...config, min_validation_accuracy: 0.99 } };
    await expect(playAll(stage, [hopeless, task('never')], quietly(2))).rejects.toThrow(
      /"triggered" could not be played: The gates refuse the first version/,
    );
  }, 60_000);

  it.each(['swap-home-away', 'stale', 'zeroed', 'overconfident', 'drift'])(
    '%s alters the answers from its day on and none before',
    async (kind) => {
      const span = { from: new Date('2016-03-01'), until: season.until };
      const day = Date.parse('2016-04-10');
      const [sound, broken] = [await stageOf([], span), await stageOf([`${kind}@2016-04-10`], span)];
      const [[was], [is]] = [
        await playAll(sound.stage, [task('never')], quietly(1)),
        await playAll(broken.stage, [task('never')], quietly(1)),
      ];
      const { dataset } = sound;
      const answer = ({ scores, from }: Played, row: number) => [
        ...scores.subarray((row - from) * 3, (row - from + 1) * 3),
      ];
      for (let row = was!.from; row < was!.to; row++) {
        if (dataset.times[row]! < day) expect(answer(is!, row)).toEqual(answer(was!, row));
        else expect(answer(is!, row)).not.toEqual(answer(was!, row));
      }
      if (kind === 'drift') return;
      expect(is!.faults[0]).toMatchObject({ kind, row: [...dataset.times].findIndex((time) => time >= day) });
    },
  );

  it('mixes up the sides as a caller would: what was said of home is said of away', async () => {
    const { stage, dataset } = await stageOf(['swap-home-away@2016-04-10']);
    const column = (name: string) => dataset.schema.features.findIndex((feature) => feature.name === name);
    const width = dataset.schema.features.length;
    const row = dataset.rows - 1;
    expect(stage.swapped![row * width + column('home_shot_share')]).toBe(
      dataset.features[row * width + column('away_shot_share')],
    );
    expect(stage.swapped![row * width + column('elo_difference')]).not.toBe(
      dataset.features[row * width + column('elo_difference')],
    );
  });
});

describe('the page of a back-test', () => {
  it('needs nothing but itself and plots every policy', async () => {
    const prepared = await stageOf(['stale@2016-04-10']);
    const played = await playAll(prepared.stage, tasks, quietly(1));
    const named = tasks.map((one, index) => (index === 2 ? { ...one, name: '</script><b>mine</b>' } : one));
    const summary = summaryOf({ ...prepared, tasks: named, played, seed: 1 });
    const request = { summary, stage: prepared.stage, dataset: prepared.dataset, played };
    const page = htmlOf(request);
    expect(page).not.toMatch(/<(link|img|iframe)\b|<script[^>]+src|@import|url\(/);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).not.toContain('<b>mine</b>');
    expect(page).toContain(summary.answer.sentence.replaceAll('"', '&quot;'));
    const embedded = /const data = (.*);\n/.exec(page)![1]!;
    expect(JSON.parse(embedded)).toEqual(JSON.parse(JSON.stringify(chartsOf(request))));
    const charts = chartsOf(request);
    expect(charts.gain).toHaveLength(3);
    for (const line of charts.gain) expect(line).toHaveLength(charts.times.length);
    expect(charts.gain[0]!.every((value) => value === 0)).toBe(true);
    expect(charts.faults).toEqual([{ kind: 'stale', at: Date.parse('2016-04-10') / 1000 }]);
  });
});

describe('retrain backtest', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'retrain-backtest-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const retrain = (...argv: readonly string[]) => {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    return promisify(execFile)(process.execPath, [...sourceArguments(main), ...argv]);
  };

  it('compares configurations from the command line, writes the page, and needs nothing running', async () => {
    const [strict, keen] = [join(folder, 'strict.yaml'), join(folder, 'keen.yaml')];
    writeFileSync(strict, 'evaluation: { min_rows: 200, max_rows: 400, blocks: 2 }\n');
    writeFileSync(keen, 'evaluation: { min_rows: 200, max_rows: 400, blocks: 2 }\nmax_days_without_retraining: 14\n');
    const page = join(folder, 'page.html');
    const { stdout } = await retrain(
      ...['--config', strict, '--json', 'backtest', '--compare', keen, '--from', '2016-03-01', '--until', '2016-08-01'],
      ...['--policies', 'never,triggered', '--html', page, '--processes', '1'],
    );
    const summary = JSON.parse(stdout) as BacktestSummary;
    expect(summary.policies.map(({ name }) => name)).toEqual(['never', 'triggered: strict', 'triggered: keen']);
    const [, patient, hasty] = summary.policies;
    expect(hasty!.retrainings.total).toBeGreaterThan(patient!.retrainings.total);
    expect(readFileSync(page, 'utf8')).toContain('triggered: keen');
  }, 90_000);

  it.each([
    [['backtest', '--inject', 'rust@2016-01-01'], /is no fault/],
    [['backtest', '--policies', 'sometimes'], /is no policy/],
    [['backtest', '--from', '2050-01-01'], /no row in this span/],
    [['backtest', '--days', 'few'], /--days is a number above 0/],
  ])(
    '%j is refused in one line',
    async (argv, told) => {
      const file = join(folder, 'config.yaml');
      writeFileSync(file, '{}\n');
      await expect(retrain('--config', file, ...argv)).rejects.toMatchObject({
        stderr: expect.stringMatching(told) as string,
      });
    },
    60_000,
  );
});
