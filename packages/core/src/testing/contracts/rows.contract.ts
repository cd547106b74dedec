import type { MakeWorld } from './contract-world.js';
import { describeArtifactReferences } from './artifact-references.contract.js';
import { describeCircuits } from './circuits.contract.js';
import { describeDeliveries } from './deliveries.contract.js';
import { describeDeployments } from './deployments.contract.js';
import { describeDriftWatches } from './drift-watches.contract.js';
import { describeEvents } from './events.contract.js';
import { describeModels } from './models.contract.js';
import { describePredictionWindows } from './prediction-windows.contract.js';
import { describePredictionPairs } from './prediction-pairs.contract.js';
import { describePredictions } from './predictions.contract.js';
import { describeProbations } from './probations.contract.js';
import { describeQuarantines } from './quarantines.contract.js';
import { describeRecords } from './records.contract.js';
import { describeRollouts } from './rollouts.contract.js';
import { describeTrainingPieces } from './training-pieces.contract.js';
import { describeTrainingRunOrder } from './training-run-order.contract.js';
import { describeTrainingRuns } from './training-runs.contract.js';
import { describeTriggerEvaluations } from './trigger-evaluations.contract.js';

/** Everything that the adapters of the rows promise; any database behind them has to pass it. */
export function describeRows(name: string, make: MakeWorld): void {
  describeModels(name, make);
  describeTrainingRuns(name, make);
  describeTrainingRunOrder(name, make);
  describeTrainingPieces(name, make);
  describeTriggerEvaluations(name, make);
  describeDriftWatches(name, make);
  describeCircuits(name, make);
  describeProbations(name, make);
  describeQuarantines(name, make);
  describeDeployments(name, make);
  describePredictions(name, make);
  describePredictionWindows(name, make);
  describePredictionPairs(name, make);
  describeRollouts(name, make);
  describeArtifactReferences(name, make);
  describeRecords(name, make);
  describeEvents(name, make);
  describeDeliveries(name, make);
}
