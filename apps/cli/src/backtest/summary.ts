import {
  answerOf,
  figuresOfPlay,
  gainOver,
  policyName,
  type Contender,
  type Dataset,
  type Metrics,
  type Played,
} from '@retrain/core';
import { seasonOf } from '../replay/tally.js';
import type { Stage, Task } from './task.js';

/** A back-test as `--json` gives it. Snake case: it goes out as it is. */
export interface BacktestSummary {
  readonly model: string;
  readonly rows: number;
  /** Rows that the model refuses to answer; no policy serves them. */
  readonly refused: number;
  readonly from: string;
  readonly until: string;
  readonly checks: number;
  readonly seed: number;
  readonly faults: readonly { readonly kind: string; readonly from: string; readonly until: string | null }[];
  readonly known_changes: readonly { readonly name: string; readonly from: string; readonly until: string | null }[];
  readonly answer: { readonly best: string; readonly sentence: string };
  readonly policies: readonly PolicySummary[];
}

export interface PolicySummary {
  readonly name: string;
  readonly policy: string;
  readonly metrics: Metrics;
  /** Positive where it is better than never retraining, on the same rows. */
  readonly against_never: {
    readonly metric: string;
    readonly gain: number;
    readonly interval: readonly number[];
  } | null;
  readonly retrainings: Readonly<Record<'total' | 'deployed' | 'rejected' | 'held' | 'failed', number>>;
  readonly cost: { readonly fits: number; readonly rows: number; readonly seconds: number };
  readonly alarms: { readonly total: number; readonly false: number };
  readonly faults: readonly FaultSummary[];
  readonly seasons: readonly SeasonSummary[];
  readonly verdicts: Played['verdicts'];
  readonly runs: readonly RunSummary[];
  readonly alarm_list: readonly {
    readonly at: string;
    readonly triggers: readonly string[];
    readonly false: boolean;
    /** Injected fault or known change; null for a false alarm. */
    readonly cause: string | null;
    readonly reason: string;
  }[];
}

export interface SeasonSummary {
  readonly season: string;
  readonly rows: number;
  readonly retrainings: number;
  readonly metrics: Metrics;
}

export interface FaultSummary {
  readonly kind: string;
  /** Rows served from its beginning to the first new alarm; null when nothing alarmed. */
  readonly delay_rows: number | null;
  readonly detected_at: string | null;
  readonly detected_by: readonly string[];
  readonly alarm_before: boolean;
  readonly mended_after_rows: number | null;
}

interface RunSummary {
  readonly at: string;
  readonly triggers: readonly string[];
  readonly ended: string;
  readonly reason: string;
  readonly seconds: number;
}

export interface SummaryRequest {
  readonly stage: Stage;
  /** As it was played: a world that drifts shows the drift. */
  readonly dataset: Dataset;
  readonly refused: number;
  readonly tasks: readonly Task[];
  readonly played: readonly Played[];
  readonly seed: number;
}

export function summaryOf({ stage, dataset, refused, tasks, played, seed }: SummaryRequest): BacktestSummary {
  const contenders = tasks.map(({ name }, index): Contender => {
    const one = played[index]!;
    return { name, played: one, metrics: figuresOfPlay(dataset, one) };
  });
  const never = contenders.find((one) => one.played.policy.kind === 'never');
  const first = stage.rounds[0]!.from;
  return {
    model: stage.model,
    rows: dataset.rows - first,
    refused,
    from: iso(dataset.times[first]!),
    until: iso(dataset.times[dataset.rows - 1]!),
    checks: stage.rounds.length,
    seed,
    faults: stage.faults.map(({ kind, from, until }) => ({
      kind,
      from: from.toISOString(),
      until: until?.toISOString() ?? null,
    })),
    known_changes: stage.known.map(({ name, from, until }) => ({
      name,
      from: from.toISOString(),
      until: until?.toISOString() ?? null,
    })),
    answer: answerOf(dataset, contenders, seed),
    policies: contenders.map((one) => policyOf(dataset, one, never, seed)),
  };
}

function policyOf(dataset: Dataset, contender: Contender, never: Contender | undefined, seed: number): PolicySummary {
  const { name, metrics, played } = contender;
  const ended = (kind: string) => played.retrainings.filter((one) => one.ended === kind).length;
  return {
    name,
    policy: policyName(played.policy),
    metrics,
    against_never: never && never !== contender ? gainOver(dataset, played, never.played, seed) : null,
    retrainings: {
      total: played.retrainings.length,
      deployed: ended('deployed'),
      rejected: ended('rejected'),
      held: ended('held'),
      failed: ended('failed'),
    },
    cost: played.cost,
    alarms: { total: played.alarms.length, false: played.alarms.filter(({ cause }) => cause === undefined).length },
    faults: played.faults.map((fault) => ({
      kind: fault.kind,
      delay_rows: fault.delayRows ?? null,
      detected_at: fault.detectedAt === undefined ? null : iso(fault.detectedAt),
      detected_by: fault.detectedBy ?? [],
      alarm_before: fault.alarmBefore,
      mended_after_rows: fault.mendedAfterRows ?? null,
    })),
    seasons: seasonsOf(dataset, played),
    verdicts: played.verdicts,
    runs: played.retrainings.map(({ at, triggers, ended: end, reason, cost }) => ({
      at: iso(at),
      triggers,
      ended: end,
      reason,
      seconds: cost.seconds,
    })),
    alarm_list: played.alarms.map(({ at, triggers, cause, reason }) => ({
      at: iso(at),
      triggers,
      false: cause === undefined,
      cause: cause ?? null,
      reason,
    })),
  };
}

function seasonsOf(dataset: Dataset, played: Played): PolicySummary['seasons'] {
  const seasons: { season: string; from: number; to: number }[] = [];
  for (let row = played.from; row < played.to; row++) {
    const season = seasonOf(new Date(dataset.times[row]!));
    const last = seasons.at(-1);
    if (last?.season === season) last.to = row + 1;
    else seasons.push({ season, from: row, to: row + 1 });
  }
  return seasons.map(({ season, from, to }) => ({
    season,
    rows: to - from,
    retrainings: played.retrainings.filter((one) => seasonOf(new Date(one.at)) === season).length,
    metrics: figuresOfPlay(dataset, played, from, to),
  }));
}

const iso = (time: number) => new Date(time).toISOString();
