import type { Circuits } from '../../circuit/circuits.port.js';
import type { Deployments } from '../../deployment/deployments.port.js';
import type { DriftWatches } from '../../drift/drift-watches.port.js';
import type { EventLog } from '../../event/event-log.port.js';
import type { Signals } from '../../event/signals.port.js';
import type { Models } from '../../model/models.port.js';
import type { Deliveries } from '../../notification/deliveries.port.js';
import type { Predictions } from '../../prediction/predictions.port.js';
import type { Probations } from '../../probation/probations.port.js';
import type { Quarantines } from '../../quarantine/quarantines.port.js';
import type { Records } from '../../dataset/records.port.js';
import type { ArtifactReferences } from '../../retention/artifact-references.port.js';
import type { Rollouts } from '../../rollout/rollouts.port.js';
import type { TrainingPieces } from '../../piece/training-pieces.port.js';
import type { TrainingRuns } from '../../run/training-runs.port.js';
import type { UnitOfWork } from '../../shared/unit-of-work.port.js';
import type { TriggerEvaluations } from '../../trigger/trigger-evaluations.port.js';
import type { FakeClock } from '../fake-clock.js';

/** All adapters of the rows, on one empty database. */
export interface ContractWorld {
  readonly clock: FakeClock;
  readonly unitOfWork: UnitOfWork;
  readonly events: EventLog;
  readonly models: Models;
  readonly predictions: Predictions;
  readonly records: Records;
  readonly runs: TrainingRuns;
  readonly pieces: TrainingPieces;
  readonly evaluations: TriggerEvaluations;
  readonly watches: DriftWatches;
  readonly circuits: Circuits;
  readonly probations: Probations;
  readonly quarantines: Quarantines;
  readonly deployments: Deployments;
  readonly rollouts: Rollouts;
  readonly references: ArtifactReferences;
  readonly signals: Signals;
  readonly deliveries: Deliveries;
  close(): Promise<void>;
}

/** Makes the adapters under test on a database without rows. */
export type MakeWorld = () => Promise<ContractWorld>;

/** Gives every test a world of its own; read it inside tests only. */
export function worldPerTest(make: MakeWorld): () => ContractWorld {
  let world: ContractWorld;
  beforeEach(async () => {
    world = await make();
    await world.models.ensure('coin', 'coin');
  });
  afterEach(() => world.close());
  return () => world;
}

export const at = (time: string): Date => new Date(`2024-01-${time}Z`);

/** Waits until the condition holds; rejects after five seconds. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 500) throw new Error('What was waited for did not happen within five seconds.');
    await pause(10);
  }
}

/** Runs the work as many times at once. */
export function racing<T>(times: number, work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => work(index)));
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
