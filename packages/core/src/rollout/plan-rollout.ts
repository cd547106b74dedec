import type { DeploymentConfig } from '../config/retraining-config.js';
import type { ModelVersion } from '../model/model-version.js';
import type { Task } from '../model/task.js';
import { conflict } from '../shared/errors.js';
import { rolloutDefaults, type RolloutPlan, type RolloutStrategy } from './rollout-plan.js';

/**
 * The plan of a rollout, from the configuration as it stands.
 *
 * Throws `no_scale` for a regression whose champion has no evaluation: there is nothing then to measure its errors by.
 */
export function planRollout(
  strategy: RolloutStrategy,
  config: DeploymentConfig,
  task: Task,
  champion: Pick<ModelVersion, 'version' | 'evaluation'>,
): RolloutPlan {
  const { guards } = rolloutDefaults;
  return {
    ...rolloutDefaults,
    strategy,
    alpha: config.alpha,
    margin: config.margin,
    ...(task.kind === 'regression' ? { scale: scaleOf(champion) } : {}),
    steps: stepsOf(strategy, config),
    minOutcomesPerStep: config.min_outcomes_per_step,
    minMinutesPerStep: config.min_minutes_per_step,
    deadlineDays: config.deadline_days,
    guards: { ...guards, errorTolerance: config.error_tolerance, latencyRatio: config.latency_ratio },
  };
}

/** Share 0..1 of the callers whom the challenger answers in a step. */
export function shareOf({ steps }: Pick<RolloutPlan, 'steps'>, step: number): number {
  return steps[step] ?? 0;
}

function stepsOf(strategy: RolloutStrategy, { steps, share }: DeploymentConfig): readonly number[] {
  if (strategy === 'shadow') return [];
  return (strategy === 'ab' ? [share] : steps).map((percentage) => percentage / 100);
}

function scaleOf({ version, evaluation }: Pick<ModelVersion, 'version' | 'evaluation'>): number {
  const { rmse } = evaluation?.metrics ?? {};
  if (rmse !== undefined && rmse > 0) return rmse * rmse;
  const told = `Version ${version}, the champion, has no evaluation that errors could be measured by.`;
  throw conflict('no_scale', `${told} Promote the challenger directly.`);
}
