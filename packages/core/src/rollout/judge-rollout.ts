import type { JsonObject } from '../shared/json.js';
import { count, figure } from '../shared/words.js';
import { judgeErrors, judgeLatency, judgeSplit } from './guards.js';
import { isStepServed } from './next-step.js';
import { gainInterval, outcomeEvidence, type OutcomeEvidence } from './outcome-evidence.js';
import type { RolloutEvidence, RolloutJudgement, RolloutReason, RolloutVerdict } from './rollout-evidence.js';
import type { RolloutPlan } from './rollout-plan.js';

const DAY_MS = 86_400_000;

/**
 * What is to become of a challenger, from everything that is known at one instant.
 *
 * May be asked after every outcome and every request: levels hold over the whole rollout (`OutcomeEvidence`, `judgeErrors`,
 * `judgeSplit`), only the latency is a point rule. What protects callers comes first; a comparison that is broken is
 * ended before it is believed; a promotion needs the evidence, the outcomes and minutes of a step, and all steps of a canary.
 * At the deadline the champion stays.
 */
export function judgeRollout(evidence: RolloutEvidence, plan: RolloutPlan): RolloutJudgement {
  const outcomes = outcomeEvidence(evidence.pairs, plan);
  const errors = judgeErrors(evidence.champion, evidence.challenger, plan.guards);
  const latency = judgeLatency(evidence.champion, evidence.challenger, plan.guards);
  const split = plan.strategy === 'shadow' ? undefined : judgeSplit(evidence.splits, plan.guards);
  const facts: JsonObject = {
    ...outcomeFacts(evidence, plan, outcomes),
    errors: errors.evidence,
    ...(latency ? { latency: latency.evidence } : {}),
    ...(split ? { split: split.evidence } : {}),
  };
  const judged = (verdict: RolloutVerdict, code: RolloutReason, reason: string): RolloutJudgement => ({
    verdict,
    code,
    reason,
    n: outcomes.n,
    evidence: facts,
  });
  const told = inWords(outcomes, plan);
  if (errors.broken) return judged('roll_back', 'errors', errors.reason);
  if (latency?.broken) return judged('roll_back', 'latency', latency.reason);
  if (outcomes.worse >= Math.log(1 / plan.alphaHarm)) return judged('roll_back', 'worse', told);
  if (split?.broken) {
    const advice = 'What the arms show cannot be compared; the champion stays. Look for what routes or drops requests.';
    return judged('no_decision', 'sample_ratio_mismatch', `${split.reason} ${advice}`);
  }
  const proven = outcomes.better >= Math.log(1 / plan.alpha);
  const waits = proven ? missing(evidence, plan, outcomes.n) : undefined;
  if (proven && waits === undefined) return judged('promote', plan.margin > 0 ? 'not_worse' : 'better', told);
  if (evidence.asOf.getTime() - evidence.startedAt.getTime() >= plan.deadlineDays * DAY_MS) {
    const ended = `No decision within ${count(plan.deadlineDays, 'day')}; the champion stays.`;
    return judged('no_decision', 'deadline', `${ended} ${told}`);
  }
  if (waits !== undefined) return judged('continue', 'steps_ahead', `${told} ${waits}`);
  if (outcomes.n < plan.minOutcomesPerStep) {
    const needed = `at least ${plan.minOutcomesPerStep} are needed`;
    return judged('continue', 'not_enough_evidence', `${told} Not enough evidence: ${needed}.`);
  }
  return judged('continue', 'undecided', told);
}

/** What a challenger that is proven still has to go through; undefined when nothing. */
function missing({ asOf, startedAt, step }: RolloutEvidence, plan: RolloutPlan, n: number): string | undefined {
  if (plan.strategy !== 'canary') {
    const whole = { index: 0, since: startedAt, outcomes: n };
    return isStepServed(plan, whole, asOf) ? undefined : needs(plan, 'It');
  }
  if (!step || step.index < plan.steps.length - 1) {
    return `Step ${(step?.index ?? 0) + 1} of ${plan.steps.length}: the share grows before it is promoted.`;
  }
  return isStepServed(plan, step, asOf) ? undefined : needs(plan, 'The last step');
}

function needs({ minOutcomesPerStep, minMinutesPerStep }: RolloutPlan, who: string): string {
  return `${who} still needs ${count(minOutcomesPerStep, 'outcome')} and ${count(minMinutesPerStep, 'minute')}.`;
}

function inWords(outcomes: OutcomeEvidence, plan: RolloutPlan): string {
  const { n, mean } = outcomes;
  if (mean === undefined) return 'No outcome has come in that both versions had answered for.';
  const unit = plan.scale === undefined ? 'nats of log loss' : 'of the squared error';
  const side = mean >= 0 ? 'better' : 'worse';
  const proof = (log: number, alpha: number) => `${figure(log)} of ${figure(Math.log(1 / alpha))}`;
  const margin = plan.margin > 0 ? ` (it may be ${figure(plan.margin)} worse)` : '';
  return `On ${count(n, 'outcome')} the challenger is ${figure(Math.abs(mean))} ${unit} ${side}${margin}; evidence for it ${proof(outcomes.better, plan.alpha)}, against it ${proof(outcomes.worse, plan.alphaHarm)}.`;
}

function outcomeFacts(
  { pairs }: RolloutEvidence,
  plan: RolloutPlan,
  { n, mean, better, worse }: OutcomeEvidence,
): JsonObject {
  return {
    outcomes: n,
    ...(mean === undefined ? {} : { mean_difference: mean, interval: [...gainInterval(pairs)!] }),
    log_e_better: better,
    limit_better: Math.log(1 / plan.alpha),
    log_e_worse: worse,
    limit_worse: Math.log(1 / plan.alphaHarm),
    margin: plan.margin,
  };
}
