import type { InstallationConfig } from '../config/retraining-config.js';
import { aConfig } from './builders.js';
import { CountingIds } from './counting-ids.js';
import { FakeClock } from './fake-clock.js';
import { MemoryArtifactReferences } from './memory-artifact-references.js';
import { MemoryArtifactStore } from './memory-artifact-store.js';
import { MemoryChampionFiles } from './memory-champion-files.js';
import { MemoryCircuits } from './memory-circuits.js';
import { MemoryConfigStore } from './memory-config-store.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryDeliveries } from './memory-deliveries.js';
import { MemoryDeployments } from './memory-deployments.js';
import { MemoryDriftWatches } from './memory-drift-watches.js';
import { MemoryEventLog } from './memory-event-log.js';
import { MemoryJobQueue } from './memory-job-queue.js';
import { MemoryModels } from './memory-models.js';
import { MemoryPredictions } from './memory-predictions.js';
import { MemoryProbations } from './memory-probations.js';
import { MemoryQuarantines } from './memory-quarantines.js';
import { MemoryRecords } from './memory-records.js';
import { MemoryRollouts } from './memory-rollouts.js';
import { MemorySignals } from './memory-signals.js';
import { MemoryTrainingPieces } from './memory-training-pieces.js';
import { MemoryTrainingRuns } from './memory-training-runs.js';
import { MemoryTriggerEvaluations } from './memory-trigger-evaluations.js';

/** A whole installation in memory: every adapter on one database and one clock. */
export function inMemory(options: { config?: Partial<InstallationConfig>; now?: Date | string } = {}) {
  const clock = new FakeClock(options.now);
  const ids = new CountingIds();
  const unitOfWork = new MemoryDatabase();
  const models = new MemoryModels(unitOfWork, clock, ids);
  const runs = new MemoryTrainingRuns(unitOfWork);
  const pieces = new MemoryTrainingPieces(unitOfWork, runs);
  return {
    clock,
    ids,
    unitOfWork,
    events: new MemoryEventLog(unitOfWork, clock),
    models,
    predictions: new MemoryPredictions(unitOfWork, clock),
    records: new MemoryRecords(unitOfWork, clock),
    runs,
    pieces,
    references: new MemoryArtifactReferences(models, runs, pieces),
    evaluations: new MemoryTriggerEvaluations(unitOfWork),
    watches: new MemoryDriftWatches(unitOfWork),
    circuits: new MemoryCircuits(unitOfWork),
    probations: new MemoryProbations(unitOfWork),
    quarantines: new MemoryQuarantines(unitOfWork, models),
    deployments: new MemoryDeployments(unitOfWork, clock),
    rollouts: new MemoryRollouts(unitOfWork),
    signals: new MemorySignals(unitOfWork),
    deliveries: new MemoryDeliveries(unitOfWork),
    championFiles: new MemoryChampionFiles(),
    artifacts: new MemoryArtifactStore(clock),
    jobs: new MemoryJobQueue(clock),
    config: new MemoryConfigStore(aConfig(options.config), clock),
  };
}

export type InMemory = ReturnType<typeof inMemory>;
