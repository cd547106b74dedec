import type { RolloutVerdict, StepProgress } from './rollout-evidence.js';
import type { RolloutPlan } from './rollout-plan.js';

const MINUTE_MS = 60_000;

type Steps = Pick<RolloutPlan, 'steps' | 'minOutcomesPerStep' | 'minMinutesPerStep'>;

/** Whether a step has seen the outcomes and the time that it needs. */
export function isStepServed(
  { minOutcomesPerStep, minMinutesPerStep }: Steps,
  { since, outcomes }: StepProgress,
  asOf: Date,
): boolean {
  return outcomes >= minOutcomesPerStep && asOf.getTime() - since.getTime() >= minMinutesPerStep * MINUTE_MS;
}

/**
 * The step of a canary after a judgement: the next one once the present one is served and nothing speaks against it, else the
 * present one. A step is never skipped, however much came in at once.
 */
export function nextStep(plan: Steps, step: StepProgress, verdict: RolloutVerdict, asOf: Date): number {
  const further = verdict === 'continue' && step.index < plan.steps.length - 1 && isStepServed(plan, step, asOf);
  return further ? step.index + 1 : step.index;
}
