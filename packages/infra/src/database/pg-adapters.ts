import type { Clock, Ids } from '@retrain/core';
import type { PredictionSpool } from '../spool/prediction-spool.js';
import type { Database } from './database.js';
import { PgArtifactReferences } from './pg-artifact-references.js';
import { PgCircuits } from './pg-circuits.js';
import { PgDeliveries } from './pg-deliveries.js';
import { PgDeployments } from './pg-deployments.js';
import { PgDriftWatches } from './pg-drift-watches.js';
import { PgEventLog } from './pg-event-log.js';
import { PgModels } from './pg-models.js';
import { PgOverview } from './pg-overview.js';
import { PgPredictions } from './pg-predictions.js';
import { PgProbations } from './pg-probations.js';
import { PgQuarantines } from './pg-quarantines.js';
import { PgRecords } from './pg-records.js';
import { PgRollouts } from './pg-rollouts.js';
import { PgSignals } from './pg-signals.js';
import { PgTrainingPieces } from './pg-training-pieces.js';
import { PgTrainingRuns } from './pg-training-runs.js';
import { PgTriggerEvaluations } from './pg-trigger-evaluations.js';
import { PgUnitOfWork } from './pg-unit-of-work.js';

/** Every adapter of the rows on one database. `signals` has a connection of its own and is closed by itself. */
export function pgAdapters(database: Database, url: string, clock: Clock, ids: Ids, spool?: PredictionSpool) {
  return {
    unitOfWork: new PgUnitOfWork(database),
    events: new PgEventLog(database, clock),
    models: new PgModels(database, clock, ids),
    predictions: new PgPredictions(database, clock, spool),
    records: new PgRecords(database, clock),
    runs: new PgTrainingRuns(database),
    pieces: new PgTrainingPieces(database),
    evaluations: new PgTriggerEvaluations(database),
    watches: new PgDriftWatches(database),
    circuits: new PgCircuits(database),
    probations: new PgProbations(database),
    quarantines: new PgQuarantines(database),
    deployments: new PgDeployments(database, clock),
    rollouts: new PgRollouts(database),
    references: new PgArtifactReferences(database),
    signals: new PgSignals(database, url),
    deliveries: new PgDeliveries(database),
    overview: new PgOverview(database),
  };
}
