import type { ModelDefinition, ModelRecord } from '../model/model-definition.js';
import type { OutcomeValue, Task } from '../model/task.js';
import { didYouMean } from '../shared/did-you-mean.js';
import { DomainError } from '../shared/errors.js';
import type { Prediction } from './prediction.js';

const DAY_MS = 86_400_000;

/** One outcome as a caller tells it: what it is about, what happened, and perhaps the whole observed row. */
export interface OutcomeReport {
  readonly predictionId?: string;
  readonly key?: string;
  /** A class name or a number; the record's own when not given. */
  readonly outcome?: unknown;
  /** The record's time, else now, when not given. */
  readonly observedAt?: Date;
  /** The full observed row: it joins the training data. */
  readonly record?: Readonly<Record<string, unknown>>;
}

/** A report that makes sense in itself. */
export interface ReadReport {
  readonly predictionId?: string;
  readonly key?: string;
  readonly outcome: OutcomeValue;
  readonly observedAt: Date;
  readonly record?: ModelRecord;
}

/** Reads a report, or tells every reason why it cannot be used. */
export function readReport(definition: ModelDefinition, report: OutcomeReport, now: Date): ReadReport | string[] {
  const reasons: string[] = [];
  const record = readRecord(definition, report, reasons);
  if (report.predictionId === undefined && report.key === undefined && report.record === undefined) {
    reasons.push('Say what the outcome is of: "prediction_id", "key" or "record" is needed.');
  }
  if (record && report.key !== undefined && report.key !== record.key) {
    reasons.push(`The key "${report.key}" is not the record's, which is "${record.key}".`);
  }
  const outcome = readOutcome(definition, report, record, reasons);
  const observedAt = report.observedAt ?? record?.occurredAt ?? now;
  if (observedAt.getTime() > now.getTime() + DAY_MS) {
    reasons.push(`observed_at ${observedAt.toISOString()} lies in the future.`);
  }
  if (record && dayOf(observedAt) < dayOf(record.occurredAt)) {
    const happened = record.occurredAt.toISOString();
    reasons.push(`It cannot have been observed on ${observedAt.toISOString()}: the record happened at ${happened}.`);
  }
  if (reasons.length > 0 || outcome === undefined) return reasons;
  return { predictionId: report.predictionId, key: record?.key ?? report.key, outcome, observedAt, record };
}

/**
 * Why the outcome proves nothing about the prediction; undefined when it does.
 *
 * Compared by UTC day with the time of the predicted event, which also holds in a replay of the past.
 */
export function whyNoProof(prediction: Prediction, observedAt: Date): string | undefined {
  if (dayOf(observedAt) >= dayOf(prediction.occurredAt)) return undefined;
  const event = prediction.occurredAt.toISOString();
  return `observed_at ${observedAt.toISOString()} is before the predicted event of ${prediction.id} (${event}): an outcome that was known before proves nothing.`;
}

const dayOf = (time: Date) => Math.floor(time.getTime() / DAY_MS);

function readRecord(
  definition: ModelDefinition,
  { record }: OutcomeReport,
  reasons: string[],
): ModelRecord | undefined {
  if (record === undefined) return undefined;
  try {
    const parsed = definition.parseRecord(record);
    if (!parsed) reasons.push(`The record is not about model "${definition.name}".`);
    return parsed;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.issues.length === 0) reasons.push(`record: ${error.message}`);
    for (const { path, message } of error.issues) reasons.push(`record${path ? `.${path}` : ''}: ${message}`);
    return undefined;
  }
}

function readOutcome(
  definition: ModelDefinition,
  report: OutcomeReport,
  record: ModelRecord | undefined,
  reasons: string[],
): OutcomeValue | undefined {
  const told = record && definition.outcomeOf(record);
  if (report.outcome === undefined || report.outcome === null) {
    if (told === undefined && report.record === undefined) reasons.push('"outcome" is needed when there is no record.');
    return told;
  }
  const why = whyNotAnOutcome(definition.task, report.outcome);
  if (why !== undefined) {
    reasons.push(why);
    return undefined;
  }
  const given = report.outcome as OutcomeValue;
  if (told !== undefined && told !== given) {
    reasons.push(`The outcome is ${JSON.stringify(given)}, but the record says ${JSON.stringify(told)}.`);
  }
  return given;
}

function whyNotAnOutcome(task: Task, given: unknown): string | undefined {
  if (task.kind === 'regression') {
    if (typeof given === 'number' && Number.isFinite(given)) return undefined;
    return `outcome must be a finite number, got ${shown(given)}.`;
  }
  if (typeof given === 'string' && task.classes.includes(given)) return undefined;
  const hint = typeof given === 'string' ? didYouMean(given, task.classes) : undefined;
  const meant = hint ? ` Did you mean "${hint}"?` : '';
  return `outcome must be one of ${task.classes.map((name) => `"${name}"`).join(', ')}, got ${shown(given)}.${meant}`;
}

/** What was given, short enough to tell back. */
function shown(given: unknown): string {
  const text = JSON.stringify(given);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
