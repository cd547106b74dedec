import { MemoisingFitting } from '@retrain/cli/backtest/memoising-fitting';
import { prepareStage } from '@retrain/cli/backtest/prepare';
import {
  builtinPlugin,
  parseKnownChange,
  planCourse,
  play,
  PluginRegistry,
  rowsBefore,
  type Dataset,
  type FaultKind,
  type Played,
  type RetrainingConfig,
  type Use,
} from '@retrain/core';
import { aConfig } from '@retrain/core/testing';
import { FileRowReader, mlPlugin, OnnxScorerLoader } from '@retrain/ml';
import { premierLeague } from '@retrain/premier-league';
import type { Bar, Part } from '../bar.js';

const firstSeason = 2012;
const seasons = Array.from({ length: 11 }, (_, index) => firstSeason + index);
const limits: Readonly<Partial<Record<FaultKind, number>>> = {
  'swap-home-away': 10,
  stale: 10,
  zeroed: 25,
  overconfident: 60,
};
const kinds = Object.keys(limits) as FaultKind[];
/** Rows after which nobody waits for an alarm any longer: about four months. */
const mostRows = 150;
/** Matches behind closed doors: without spectators the home side lost its advantage. */
const known = [parseKnownChange('closed-doors@2020-06-17..2021-05-18')];

const used = (use: string, options: Use['with'] = {}): Use => ({ use, with: options });

/** As the product ships it, but for the superiority gate that its configuration file recommends. */
const config = aConfig({
  training_data_from: '2000-08-01',
  evaluation: { min_rows: 380, max_rows: 2000, blocks: 5 },
  gates: [used('minimum_score'), used('improvement', { mode: 'superiority', alpha: 0.05 }), used('parity')],
});
/** Where no row carries odds: what accuracy, calibration and drift alone notice. */
const labelsOnly: RetrainingConfig = {
  ...config,
  triggers: config.triggers.map((one) =>
    one.use === 'performance_degradation' ? used(one.use, { benchmark: 'off' }) : one,
  ),
};

/** The same for people who would rather hear early. */
const labelsEarly: RetrainingConfig = { ...labelsOnly, min_new_predictions: 10 };

/** What happened when a fault was injected at the start of a season. */
interface Delay {
  readonly season: number;
  /** Infinity where no alarm came within `mostRows`. */
  readonly rows: number;
  readonly by: readonly string[];
}

/** A season's plays on one dataset: fits on the same rows are made once. */
class Seasons {
  private readonly fitting: MemoisingFitting;
  private readonly plugins = new PluginRegistry([builtinPlugin, mlPlugin]);
  private readonly loader = new OnnxScorerLoader();

  private constructor(
    readonly dataset: Dataset,
    private readonly swapped: Float32Array,
  ) {
    this.fitting = new MemoisingFitting(this.plugins.trainers);
  }

  static async of(path: string): Promise<Seasons> {
    const { rows } = await new FileRowReader().read(path);
    const { stage, dataset } = prepareStage({
      model: premierLeague.name,
      definition: premierLeague,
      rows,
      from: start(firstSeason),
      until: start(seasons.at(-1)! + 1),
      days: 1,
      faults: [{ kind: 'swap-home-away', from: start(firstSeason) }],
      modules: [],
    });
    return new Seasons(dataset, stage.swapped!);
  }

  play(from: Date, until: Date, days: number, rules: RetrainingConfig, kind?: FaultKind): Promise<Played> {
    const course = planCourse(this.dataset, { from, until, days });
    return play({
      course,
      policy: { kind: 'triggered' },
      model: premierLeague.name,
      definition: premierLeague,
      config: rules,
      plugins: this.plugins,
      fitting: this.fitting,
      loader: this.loader,
      faults: kind ? [{ kind, from }] : [],
      known,
      swapped: this.swapped.subarray(0, course.dataset.features.length),
      signal: new AbortController().signal,
    });
  }

  async delays(kind: FaultKind, rules: RetrainingConfig): Promise<readonly Delay[]> {
    const delays: Delay[] = [];
    for (const season of seasons) {
      const first = rowsBefore(this.dataset, start(season).getTime());
      const until = new Date(this.dataset.times[first + mostRows]!);
      const { faults } = await this.play(start(season), until, 1, rules, kind);
      delays.push({ season, rows: faults[0]!.delayRows ?? Infinity, by: faults[0]!.detectedBy ?? [] });
    }
    return delays;
  }

  async alarms(rules: RetrainingConfig): Promise<readonly Alarmed[]> {
    const all: Alarmed[] = [];
    for (const season of seasons) {
      const { alarms } = await this.play(start(season), start(season + 1), 1, rules);
      all.push(...alarms.map(asAlarmed));
    }
    return all;
  }

  /** The same in one go: a champion from the first season on, checked weekly. */
  async alarmsInOneGo(rules: RetrainingConfig): Promise<readonly Alarmed[]> {
    const { alarms } = await this.play(start(firstSeason), start(seasons.at(-1)! + 1), 7, rules);
    return alarms.map(asAlarmed);
  }
}

type Alarmed = ReturnType<typeof asAlarmed>;

function asAlarmed({ at, triggers, cause, reason }: Played['alarms'][number]) {
  return { at: new Date(at).toISOString().slice(0, 10), triggers, cause: cause ?? null, reason };
}

/** Faults at the start of each season, daily checks, by the product's triggers; and the same seasons without any fault. */
export async function faults(path: string): Promise<Part> {
  const world = await Seasons.of(path);
  const figures: Record<string, unknown> = {};
  const bars: Bar[] = [];
  for (const kind of kinds) {
    const delays = await world.delays(kind, config);
    figures[kind] = told(delays);
    figures[`${kind}_labels_only`] = told(await world.delays(kind, labelsOnly));
    figures[`${kind}_labels_only_from_10_rows`] = told(await world.delays(kind, labelsEarly));
    bars.push({
      name: `${kind}: median of rows to alarm`,
      value: median(delays),
      unit: 'rows',
      must: 'at most',
      limit: limits[kind]!,
    });
  }
  const quiet = { daily: await world.alarms(config), weekly: await world.alarmsInOneGo(config) };
  for (const [checks, alarms] of Object.entries(quiet)) {
    const wrong = alarms.filter(({ cause }) => cause === null).length;
    figures[`alarms_without_fault_${checks}`] = alarms;
    bars.push({
      name: `false alarms without a fault, ${checks} checks`,
      value: (5 * wrong) / seasons.length,
      unit: 'in five seasons',
      must: 'at most',
      limit: 1,
    });
  }
  figures['alarms_without_fault_labels_only'] = await world.alarms(labelsOnly);
  figures['alarms_without_fault_labels_only_from_10_rows'] = await world.alarms(labelsEarly);
  return {
    name: 'faults at the start of a season',
    assumptions: {
      seasons: `${seasons[0]} to ${seasons.at(-1)}`,
      check_interval_days: 1,
      most_rows: mostRows,
      known_changes: known.map(({ name }) => name),
    },
    figures,
    bars,
  };
}

const start = (season: number) => new Date(`${season}-08-01`);
const orNull = (rows: number) => (Number.isFinite(rows) ? rows : null);
const told = (delays: readonly Delay[]) => ({
  median: orNull(median(delays)),
  seasons: delays.map(({ season, rows, by }) => ({ season, rows: orNull(rows), by })),
});

function median(delays: readonly Delay[]): number {
  const rows = delays.map((one) => one.rows).sort((a, b) => a - b);
  return rows[Math.floor(rows.length / 2)]!;
}
