import type { Approval } from '../deployment/approval.js';
import type { Deployment } from '../deployment/deployment.js';
import type { LoggedEvent } from '../event/event-map.js';
import type { ModelVersion } from '../model/model-version.js';
import type { AliasMove } from '../model/models.port.js';
import type { TrainingPiece } from '../piece/training-piece.js';
import type { Probation } from '../probation/probation.js';
import type { Quarantine } from '../quarantine/quarantine.js';
import type { Rollout, RolloutLook } from '../rollout/rollout.js';
import type { TrainingRun } from '../run/training-run.js';

/** A check of the triggers that asked for a run. */
export type Firing = Extract<LoggedEvent, { readonly type: 'trigger.fired' }>;

/** A proposal to let the candidate answer, or to take it back, with everybody's word on it and its trial. */
export interface ToldDeployment {
  readonly deployment: Deployment;
  /** First to last. */
  readonly approvals: readonly Approval[];
  readonly rollout?: Rollout;
  /** Looks at the rollout, first to last. */
  readonly looks: readonly RolloutLook[];
}

/** What became of a version, as the rows tell it now. */
export interface VersionStory {
  readonly version?: ModelVersion;
  /** Every proposal that has to do with the version, first to last. */
  readonly deployments: readonly ToldDeployment[];
  /** Moves of any alias to the version and away from it, first to last. */
  readonly moves: readonly AliasMove[];
  readonly probations: readonly Probation[];
  readonly quarantine?: Quarantine;
}

/** A run from what fired to what became of its candidate, which is the version. */
export interface RunStory extends VersionStory {
  readonly run: TrainingRun;
  /** Undefined where a person asked for the run. */
  readonly firing?: Firing;
  /** What happened to the run, first to last. */
  readonly events: readonly LoggedEvent[];
  /** Its fits; none once they have been pruned. */
  readonly pieces: readonly TrainingPiece[];
}
