import { Records } from '../dataset/records.port.js';
import { EventLog } from '../event/event-log.port.js';
import { Signals } from '../event/signals.port.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { Clock } from '../shared/clock.port.js';
import { notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { readReport, whyNoProof, type OutcomeReport, type ReadReport } from './outcome-report.js';
import type { OutcomeEffect, Prediction } from './prediction.js';
import { Predictions } from './predictions.port.js';

/** What became of one report. */
export type OutcomeStatus = OutcomeEffect | 'unknown_prediction' | 'invalid';

/** The answer to one report, in the order given. */
export interface OutcomeResult {
  readonly index: number;
  readonly status: OutcomeStatus;
  readonly predictionIds: readonly string[];
  readonly key?: string;
  /** Whether the record was new or changed a known one; undefined when there was none (or it was refused). */
  readonly recordChanged?: boolean;
  /** Why it was refused, or what was left out. */
  readonly reasons: readonly string[];
}

interface Matched {
  readonly index: number;
  readonly report: ReadReport;
  readonly predictions: readonly Prediction[];
  readonly reasons: readonly string[];
}

/**
 * Records observed outcomes and the rows they came with: late, repeated and corrected ones are fine.
 *
 * A key's outcome goes to every prediction of that key. A report that makes no sense is refused by itself with its
 * reasons; all others are stored in one transaction, corrections leave an event, new rows a signal.
 */
@Service()
export class RecordOutcomesService {
  constructor(
    private readonly models: Models,
    private readonly plugins: PluginRegistry,
    private readonly predictions: Predictions,
    private readonly records: Records,
    private readonly events: EventLog,
    private readonly signals: Signals,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Rejects with `unknown_model`. */
  async execute(model: string, reports: readonly OutcomeReport[], actor: string): Promise<readonly OutcomeResult[]> {
    const row = await this.models.find(model);
    if (!row) throw notFound('unknown_model', `There is no model "${model}".`);
    const definition = this.plugins.models.get(row.definition);
    const now = this.clock.now();
    const results: OutcomeResult[] = [];
    const readable: { index: number; report: ReadReport }[] = [];
    reports.forEach((raw, index) => {
      const report = readReport(definition, raw, now);
      if (Array.isArray(report)) results[index] = refused(index, 'invalid', raw.key, report);
      else readable.push({ index, report });
    });
    await this.unitOfWork.transaction(async () => {
      const matched: Matched[] = [];
      for (const one of await this.match(model, readable)) {
        if ('status' in one) results[one.index] = one;
        else matched.push(one);
      }
      const changedKeys = await this.saveRecords(model, matched);
      const effects = await this.saveOutcomes(model, matched, actor);
      for (const one of matched) results[one.index] = resultOf(one, effects.get(one.index) ?? [], changedKeys);
    });
    return results;
  }

  /** Finds what each report is about: predictions by id or key, or nothing but its record. */
  private async match(
    model: string,
    readable: readonly { index: number; report: ReadReport }[],
  ): Promise<readonly (Matched | OutcomeResult)[]> {
    const ids = distinct(readable.map(({ report }) => report.predictionId));
    const keys = distinct(readable.map(({ report }) => (report.predictionId === undefined ? report.key : undefined)));
    const byId = new Map((await this.predictions.withIds(model, ids)).map((found) => [found.id, found]));
    const byKey = groupByKey(await this.predictions.withKeys(model, keys));
    return readable.map(({ index, report }) => {
      const named = report.predictionId !== undefined;
      const found = named
        ? [byId.get(report.predictionId!)].filter((one) => one !== undefined)
        : (byKey.get(report.key) ?? []);
      if (found.length === 0 && (named || !report.record)) {
        const what = named ? `id "${report.predictionId}"` : `key "${report.key}"`;
        const told = `Model "${model}" has recorded no prediction with ${what}.`;
        return refused(index, 'unknown_prediction', report.key, [told]);
      }
      const other = found.find((one) => named && report.key !== undefined && (one.key ?? report.key) !== report.key);
      if (other) {
        const told = `Prediction ${other.id} is about "${other.key}", the outcome is about "${report.key}".`;
        return refused(index, 'invalid', report.key, [told]);
      }
      const reasons = found.map((one) => whyNoProof(one, report.observedAt)).filter((why) => why !== undefined);
      if (reasons.length > 0 && reasons.length === found.length) return refused(index, 'invalid', report.key, reasons);
      const predictions = found.filter((one) => whyNoProof(one, report.observedAt) === undefined);
      return { index, report, predictions, reasons };
    });
  }

  private async saveRecords(model: string, matched: readonly Matched[]): Promise<ReadonlySet<string>> {
    // The last report of a key wins, as it would in calls of their own.
    const byKey = new Map(matched.flatMap(({ report: { record } }) => (record ? [[record.key, record]] : [])));
    if (byKey.size === 0) return new Set();
    const changed = await this.records.save([...byKey.values()].map((record) => ({ ...record, model })));
    if (changed.length > 0) await this.signals.send({ kind: 'records_added', model });
    return new Set(changed);
  }

  /** Effects by index of the report. One prediction's outcomes are recorded in the order given. */
  private async saveOutcomes(model: string, matched: readonly Matched[], actor: string) {
    const effects = new Map<number, OutcomeEffect[]>();
    for (const wave of waves(matched)) {
      const before = new Map(
        (await this.predictions.outcomesOf(wave.map(({ prediction }) => prediction.id))).map((known) => [
          known.predictionId,
          known.outcome,
        ]),
      );
      const told = await this.predictions.recordOutcomes(
        wave.map(({ prediction, report: { outcome, observedAt } }) => {
          return { predictionId: prediction.id, model, outcome, observedAt };
        }),
      );
      for (const [position, { index, prediction, report }] of wave.entries()) {
        const effect = told[position]!;
        effects.set(index, [...(effects.get(index) ?? []), effect]);
        if (effect !== 'corrected') continue;
        const payload = { predictionId: prediction.id, from: before.get(prediction.id)!, to: report.outcome };
        await this.events.append({ type: 'prediction.outcome_corrected', model, actor, payload });
      }
    }
    return effects;
  }
}

interface Attribution {
  readonly index: number;
  readonly report: ReadReport;
  readonly prediction: Prediction;
}

/** Splits all attributions so that no prediction occurs twice in one wave; later reports come in later waves. */
function waves(matched: readonly Matched[]): readonly (readonly Attribution[])[] {
  const seen = new Map<string, number>();
  const result: Attribution[][] = [];
  for (const { index, report, predictions } of matched) {
    for (const prediction of predictions) {
      const wave = seen.get(prediction.id) ?? 0;
      seen.set(prediction.id, wave + 1);
      (result[wave] ??= []).push({ index, report, prediction });
    }
  }
  return result;
}

/** The strongest effect of a report speaks for it: corrected over recorded over unchanged. */
function resultOf(
  { index, report, predictions, reasons }: Matched,
  effects: readonly OutcomeEffect[],
  changedKeys: ReadonlySet<string>,
): OutcomeResult {
  const recordChanged = report.record ? changedKeys.has(report.record.key) : undefined;
  const alone: OutcomeEffect = recordChanged ? 'recorded' : 'unchanged';
  const strongest = (['corrected', 'recorded', 'unchanged'] as const).find((effect) => effects.includes(effect));
  return {
    index,
    status: strongest ?? alone,
    predictionIds: predictions.map((prediction) => prediction.id),
    key: report.key,
    recordChanged,
    reasons,
  };
}

function refused(
  index: number,
  status: 'invalid' | 'unknown_prediction',
  key: string | undefined,
  reasons: readonly string[],
): OutcomeResult {
  return { index, status, predictionIds: [], key, reasons };
}

const distinct = (values: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];

function groupByKey(predictions: readonly Prediction[]): ReadonlyMap<string | undefined, readonly Prediction[]> {
  const groups = new Map<string | undefined, Prediction[]>();
  for (const prediction of predictions) {
    const group = groups.get(prediction.key);
    if (group) group.push(prediction);
    else groups.set(prediction.key, [prediction]);
  }
  return groups;
}
