import { CircuitBreaker } from '../circuit/circuit-breaker.service.js';
import { CloseCircuitService } from '../circuit/close-circuit.service.js';
import { TrainingRecords } from '../dataset/training-records.service.js';
import { AppointVersion } from '../deployment/appoint-version.service.js';
import { ApproveDeploymentService } from '../deployment/approve-deployment.service.js';
import { ApproveRunService } from '../deployment/approve-run.service.js';
import { ChampionLedger } from '../deployment/champion-ledger.service.js';
import { CloseApproval } from '../deployment/close-approval.service.js';
import { DeployCandidate } from '../deployment/deploy-candidate.service.js';
import { ExpireApprovalsService } from '../deployment/expire-approvals.service.js';
import { MoveChampionService } from '../deployment/move-champion.service.js';
import { PendingApprovals } from '../deployment/pending-approval.service.js';
import { PromoteVersionService } from '../deployment/promote-version.service.js';
import { PublishChampionService } from '../deployment/publish-champion.service.js';
import { RejectDeploymentService } from '../deployment/reject-deployment.service.js';
import { RejectRunService } from '../deployment/reject-run.service.js';
import { ReleaseDeployment } from '../deployment/release-deployment.service.js';
import { DeleteVersionService } from '../deployment/delete-version.service.js';
import { RollbackTarget } from '../deployment/rollback-target.service.js';
import { VersionUse } from '../deployment/version-use.service.js';
import { RetireVersionsService } from '../retention/retire-versions.service.js';
import { SweepArtifactsService } from '../retention/sweep-artifacts.service.js';
import { RollbackService } from '../deployment/rollback.service.js';
import { SupersedeApprovals } from '../deployment/supersede-approvals.service.js';
import { VersionLoader } from '../deployment/version-loader.service.js';
import { KeepDriftWatch } from '../drift/keep-drift-watch.service.js';
import { ValidateCandidate } from '../gate/validate-candidate.service.js';
import { GatherProbation } from '../probation/gather-probation.service.js';
import { WatchProbation } from '../probation/watch-probation.service.js';
import { QuarantineGate } from '../quarantine/quarantine-gate.service.js';
import { QuarantineVersion } from '../quarantine/quarantine-version.service.js';
import { ReleaseVersionService } from '../quarantine/release-version.service.js';
import { AbortRolloutService } from '../rollout/abort-rollout.service.js';
import { CloseRollout } from '../rollout/close-rollout.service.js';
import { CollectEvidence } from '../rollout/collect-evidence.service.js';
import { SettleRolledOutRuns } from '../rollout/settle-rolled-out-runs.service.js';
import { StartRollout } from '../rollout/start-rollout.service.js';
import { WatchRolloutsService } from '../rollout/watch-rollouts.service.js';
import { SharePieces } from '../piece/share-pieces.service.js';
import { Snapshots } from '../piece/snapshots.service.js';
import { TrainPieceService } from '../piece/train-piece.service.js';
import { EvaluateTriggersService } from '../trigger/evaluate-triggers.service.js';
import { ReadAnswersService } from '../trigger/read-answers.service.js';
import { TriggerContexts } from '../trigger/trigger-context.service.js';
import { BackupChampion } from './backup-champion.service.js';
import { BootstrapModelsService } from './bootstrap-models.service.js';
import { CancelRunService } from './cancel-run.service.js';
import { ClaimRunService } from './claim-run.service.js';
import { ConcludeRun } from './conclude-run.service.js';
import { DeliverNext } from './deliver-next.service.js';
import { ExecuteRunService } from './execute-run.service.js';
import { PrepareData } from './prepare-data.service.js';
import { RecoverRunsService } from './recover-runs.service.js';
import { ReportRun } from './report-run.service.js';
import { ReproduceRunService } from './reproduce-run.service.js';
import { RequestReproductionService } from './request-reproduction.service.js';
import { RequestRetrainingService } from './request-retraining.service.js';
import { RunTiming } from './run-timing.js';
import { SettleAttemptService } from './settle-attempt.service.js';
import { TrainCandidate } from './train-candidate.service.js';

/** Services that ask for, decide and undo retrainings: no trainer is needed to construct them, but a ScorerLoader is. */
export const decisionServices = [
  TrainingRecords,
  VersionLoader,
  CircuitBreaker,
  CloseCircuitService,
  QuarantineGate,
  QuarantineVersion,
  ReleaseVersionService,
  ChampionLedger,
  MoveChampionService,
  PublishChampionService,
  CloseApproval,
  CloseRollout,
  StartRollout,
  ReleaseDeployment,
  CollectEvidence,
  WatchRolloutsService,
  AbortRolloutService,
  SettleRolledOutRuns,
  AppointVersion,
  PendingApprovals,
  ApproveDeploymentService,
  ApproveRunService,
  RejectDeploymentService,
  RejectRunService,
  ExpireApprovalsService,
  PromoteVersionService,
  RollbackTarget,
  RollbackService,
  VersionUse,
  DeleteVersionService,
  RetireVersionsService,
  SweepArtifactsService,
  GatherProbation,
  WatchProbation,
  RequestRetrainingService,
  RequestReproductionService,
  CancelRunService,
  KeepDriftWatch,
  TriggerContexts,
  ReadAnswersService,
  EvaluateTriggersService,
  BootstrapModelsService,
  DeliverNext,
  RecoverRunsService,
] as const;

/** Services that carry a run through its stages: what a trainer needs beside the `decisionServices`. */
export const runServices = [
  RunTiming,
  ClaimRunService,
  SettleAttemptService,
  ConcludeRun,
  BackupChampion,
  PrepareData,
  Snapshots,
  TrainPieceService,
  SharePieces,
  TrainCandidate,
  ValidateCandidate,
  SupersedeApprovals,
  DeployCandidate,
  ReportRun,
  ReproduceRunService,
  ExecuteRunService,
] as const;
