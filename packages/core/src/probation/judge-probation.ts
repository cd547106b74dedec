import { calibrationSignal } from '../metric/calibration-signal.js';
import type { Evaluation } from '../model/model-version.js';
import type { Task } from '../model/task.js';
import type { MaturedRows } from '../prediction/matured-rows.js';
import { outcomeEvidence } from '../rollout/outcome-evidence.js';
import { judgeErrors, judgeLatency } from '../rollout/guards.js';
import type { ArmFigures, RolloutPair } from '../rollout/rollout-evidence.js';
import { rolloutDefaults, type RolloutGuards } from '../rollout/rollout-plan.js';
import type { JsonObject } from '../shared/json.js';
import { count, figure } from '../shared/words.js';
import { judgeBenchmark, judgeError } from '../trigger/performance-signals.js';
import type { ProbationRules, ProbationStatus } from './probation.js';

const DAY_MS = 86_400_000;
/** Outcomes, the own probabilities and the benchmark share the chance of a false alarm. */
const ALARMS = 3;

/** What is known of a champion on probation. */
export interface ProbationEvidence {
  readonly startedAt: Date;
  readonly asOf: Date;
  readonly task: Task;
  /** Its own matured answers, ascending by time. */
  readonly rows: MaturedRows;
  /** Beside what the champion before it says of the same requests; undefined where that cannot read them. */
  readonly pairs?: readonly RolloutPair[];
  /** Mean squared error that pairs of a regression are scaled by. */
  readonly scale?: number;
  /** What it, and the champion before it, did with the requests that reached them. */
  readonly serving?: ArmFigures;
  readonly before?: ArmFigures;
  /** Its evaluation before it was promoted. */
  readonly evaluation?: Evaluation;
}

export interface ProbationLimits {
  /** Nats by which the model may fall behind the benchmark. */
  readonly benchmarkMargin: number;
  /** Share by which the error of a regression may rise where it cannot be paired. */
  readonly errorRise: number;
  /** Limits of failed requests and of latency. */
  readonly guards: RolloutGuards;
}

/** One way in which a champion may be found harmful. */
interface Finding {
  readonly name: 'errors' | 'latency' | 'worse_than_before' | 'calibration' | 'benchmark' | 'error';
  readonly alarm: boolean;
  readonly reason: string;
  readonly evidence: JsonObject;
}

export interface ProbationJudgement {
  readonly status: Exclude<ProbationStatus, 'superseded'>;
  readonly reason: string;
  readonly evidence: JsonObject;
}

/**
 * Whether a champion on probation is taken back, has passed, or is watched on.
 *
 * It is taken back when outcomes prove it worse than the champion before it (paired on the same requests); when they
 * refute its own probabilities; when it falls behind the outside benchmark; or when it fails or is slow as no challenger of
 * a rollout may be. All of it may be looked at after every outcome
 * at `alpha` together. An alarm of its probabilities or of the benchmark is let pass while the pairs prove that the champion before would do even
 * worse: then the world has changed, and going back would harm. A regression that cannot be paired is held to
 * its own evaluation instead, a point test at every look.
 *
 * Too few outcomes are never "passed": the probation goes on to its last day and ends undecided, and says so.
 */
export function judgeProbation(
  evidence: ProbationEvidence,
  rules: ProbationRules,
  limits: ProbationLimits,
): ProbationJudgement {
  const { rows, startedAt, asOf } = evidence;
  const paired = judgePairs(evidence, rules);
  const others = [
    judgeOwnProbabilities(evidence, rules),
    judgeOutside(evidence, rules, limits),
    unpaired(evidence, rules, limits),
    ...judgeServing(evidence, limits),
  ];
  const findings = [paired?.finding, ...others].filter((finding) => finding !== undefined);
  const facts: JsonObject = {
    outcomes: rows.rows,
    unusable: rows.unusable,
    needed: rules.outcomes,
    alpha: rules.alpha,
    better_than_before: paired?.better ?? false,
    ...Object.fromEntries(findings.map(({ name, alarm, evidence: given }) => [name, { alarm, ...given }])),
  };
  const worldly: readonly Finding['name'][] = ['calibration', 'benchmark', 'error'];
  const alarms = findings.filter(({ name, alarm }) => alarm && !(worldly.includes(name) && paired?.better));
  const said = findings
    .map(({ reason }) => reason)
    .filter((reason) => reason !== '')
    .join(' ');
  const judged = (status: ProbationJudgement['status'], reason: string) => ({ status, reason, evidence: facts });
  if (alarms.length > 0) return judged('rolled_back', alarms.map(({ reason }) => reason).join(' '));
  if (rows.rows >= rules.outcomes) return judged('passed', `${count(rows.rows, 'outcome')} without an alarm. ${said}`);
  const known = `${rows.rows} of ${count(rules.outcomes, 'outcome')}`;
  if (asOf.getTime() - startedAt.getTime() >= rules.days * DAY_MS) {
    return judged('undecided', `Not enough evidence within ${count(rules.days, 'day')}: ${known}. ${said}`.trim());
  }
  return judged('watching', rows.rows === 0 ? 'Not enough evidence: no outcome yet.' : `${known}. ${said}`);
}

/** Failed requests and latencies against the champion before, as in a rollout. */
function judgeServing({ serving, before }: ProbationEvidence, { guards }: ProbationLimits): readonly Finding[] {
  if (!serving || !before) return [];
  const [errors, latency] = [judgeErrors(before, serving, guards), judgeLatency(before, serving, guards)];
  return [
    { ...errors, name: 'errors' as const, alarm: errors.broken },
    ...(latency ? [{ ...latency, name: 'latency' as const, alarm: latency.broken }] : []),
  ].map(({ name, alarm, reason, evidence }) => ({ name, alarm, reason: alarm ? reason : '', evidence }));
}

function judgePairs({ pairs, scale }: ProbationEvidence, { alpha }: ProbationRules) {
  if (!pairs || pairs.length === 0) return undefined;
  const { surpriseTolerance } = rolloutDefaults;
  const { worse, better, mean } = outcomeEvidence(pairs, { margin: 0, surpriseTolerance, scale });
  const limit = Math.log(ALARMS / alpha);
  const side = mean! >= 0 ? 'better' : 'worse';
  const finding: Finding = {
    name: 'worse_than_before',
    alarm: worse >= limit,
    reason: `On ${count(pairs.length, 'outcome')} it is ${figure(Math.abs(mean!))} ${side} than the champion before (evidence against it ${figure(worse)} of ${figure(limit)}).`,
    evidence: { pairs: pairs.length, mean_difference: mean!, log_e_worse: worse, log_e_better: better, limit },
  };
  return { finding, better: better >= Math.log(1 / alpha) };
}

function judgeOwnProbabilities({ task, rows }: ProbationEvidence, { alpha }: ProbationRules): Finding | undefined {
  const signal =
    task.kind === 'classification' ? calibrationSignal(task.classes.length, rows.scores, rows.outcomes) : undefined;
  if (!signal) return undefined;
  const limit = Math.log(ALARMS / alpha);
  return {
    name: 'calibration',
    alarm: signal.logE >= limit,
    reason: `Log loss is ${figure(signal.logLoss)} where its own probabilities promise ${figure(signal.expectedLogLoss)} (${figure(signal.logE)} of ${figure(limit)}).`,
    evidence: { log_loss: signal.logLoss, expected_log_loss: signal.expectedLogLoss, log_e: signal.logE, limit },
  };
}

function judgeOutside(
  { task, rows, evaluation }: ProbationEvidence,
  { outcomes, alpha }: ProbationRules,
  { benchmarkMargin: margin }: ProbationLimits,
): Finding | undefined {
  if (task.kind === 'regression') return undefined;
  const falseAlarmRows = (ALARMS * Math.max(outcomes, rows.rows)) / alpha;
  const signal = judgeBenchmark(task, rows, evaluation, { margin, falseAlarmRows });
  if (!signal || signal.state === 'no_baseline') return undefined;
  const { reason, evidence } = signal;
  return { name: 'benchmark', alarm: signal.state === 'fired', reason, evidence };
}

function unpaired(
  { task, rows, pairs, evaluation }: ProbationEvidence,
  { alpha }: ProbationRules,
  { errorRise: threshold }: ProbationLimits,
): Finding | undefined {
  if (task.kind === 'classification' || pairs || rows.rows === 0) return undefined;
  const signal = judgeError(rows, evaluation, { threshold, alpha: alpha / ALARMS });
  if (signal.state === 'no_baseline') return undefined;
  return { name: 'error', alarm: signal.state === 'fired', reason: signal.reason, evidence: signal.evidence };
}
