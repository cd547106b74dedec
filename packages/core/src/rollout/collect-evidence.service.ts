import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { Predictions } from '../prediction/predictions.port.js';
import { Service } from '../shared/service.js';
import { armTotals } from './arm-totals.js';
import { figuresOf } from './arm-figures.js';
import { pairedOutcome } from './paired-outcome.js';
import type { Rollout } from './rollout.js';
import type { RolloutEvidence, RolloutPair } from './rollout-evidence.js';
import { Rollouts } from './rollouts.port.js';

/** Keys that a rollout is judged by, the first ones; by so many everything worth knowing has been decided. */
const MOST_PAIRS = 20_000;
/** Newest answers among which the split is checked. */
const MOST_ANSWERS = 50_000;

/** Gathers everything that is known of a rollout at one instant. */
@Service()
export class CollectEvidence {
  constructor(
    private readonly rollouts: Rollouts,
    private readonly predictions: Predictions,
    private readonly models: Models,
    private readonly plugins: PluginRegistry,
  ) {}

  /** @param asOf the instant, on the rollout's clock. */
  async execute(rollout: Rollout, asOf: Date): Promise<RolloutEvidence> {
    const { id, plan, simulated } = rollout;
    const [tallies, splits, { pairs, sinceStep }] = await Promise.all([
      this.rollouts.tallies(id),
      this.predictions.assignedKeys(id, MOST_ANSWERS),
      this.pairs(rollout, simulated ? asOf : undefined),
    ]);
    const step = { index: rollout.step, since: rollout.stepSince, outcomes: sinceStep };
    return {
      startedAt: rollout.asOf,
      asOf,
      pairs,
      champion: figuresOf(armTotals(tallies, 'champion')),
      challenger: figuresOf(armTotals(tallies, 'challenger')),
      splits,
      ...(plan.strategy === 'canary' ? { step } : {}),
    };
  }

  private async pairs(rollout: Rollout, asOf: Date | undefined) {
    const { id: rolloutId, model, champion, plan, stepSince, simulated } = rollout;
    const row = await this.models.find(model);
    const { task } = this.plugins.models.get(row?.definition ?? model);
    const matured = await this.predictions.pairs({ rolloutId, champion, asOf, limit: MOST_PAIRS });
    const pairs: RolloutPair[] = [];
    let sinceStep = 0;
    for (const pair of matured) {
      const outcome = pairedOutcome(task, plan, pair);
      if (!outcome) continue;
      pairs.push({ observedAt: pair.observedAt, ...outcome });
      if ((simulated ? pair.observedAt : pair.recordedAt) > stepSince) sinceStep++;
    }
    return { pairs, sinceStep };
  }
}
