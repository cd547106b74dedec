import type { Page, PageRequest } from '../shared/page.js';
import type { ArmTally, NewRollout, Rollout, RolloutLook } from './rollout.js';
import type { RolloutEnd } from './rollout-transitions.js';

/** The next step of a canary. */
export interface RolloutStep {
  readonly step: number;
  readonly share: number;
  readonly since: Date;
}

export interface RolloutEnding {
  readonly status: RolloutEnd;
  readonly at: Date;
  readonly asOf: Date;
  readonly by: string;
  readonly reason: string;
}

/** The rows of rollouts: each method that changes one is a compare-and-set that answers undefined when it lost. */
export abstract class Rollouts {
  /** Starts at step 0 of its plan; answers undefined while the model has a running one. */
  abstract insert(rollout: NewRollout): Promise<Rollout | undefined>;
  abstract find(id: string): Promise<Rollout | undefined>;
  /** The one that tries the version of a deployment. */
  abstract ofDeployment(deploymentId: string): Promise<Rollout | undefined>;
  /** The model's running rollout. */
  abstract active(model: string): Promise<Rollout | undefined>;
  /** All that are running. */
  abstract running(): Promise<readonly Rollout[]>;
  /** Newest first. */
  abstract list(model: string, page: PageRequest): Promise<Page<Rollout>>;
  /** Compare-and-set on the revision of a running rollout. */
  abstract advance(id: string, revision: number, step: RolloutStep): Promise<Rollout | undefined>;
  /** Compare-and-set on the revision of a running rollout. */
  abstract end(id: string, revision: number, ending: RolloutEnding): Promise<Rollout | undefined>;

  /** Appends a look; false when there is one of its number already. */
  abstract addLook(look: RolloutLook): Promise<boolean>;
  abstract lastLook(id: string): Promise<RolloutLook | undefined>;
  /** Newest first. */
  abstract looks(id: string, page: PageRequest): Promise<Page<RolloutLook>>;

  /** Replaces what the same process has told of the same arm before, unless that was more. */
  abstract saveTally(tally: ArmTally): Promise<void>;
  /** In any order. */
  abstract tallies(id: string): Promise<readonly ArmTally[]>;
}
