import type { GateVerdict } from '../gate/gate-definition.js';
import type { JsonObject } from '../shared/json.js';
import { asJson, outputIfAny, type TrainOutput, type ValidateOutput } from './outputs.js';
import type { RunFailure, RunStatus, TrainingRun } from './training-run.js';

/** What is known at the end that is not on the run's row yet. */
export interface Ending {
  readonly status: RunStatus;
  readonly at: Date;
  readonly failure?: RunFailure;
  /** Why it ended, in the words of whoever decided. */
  readonly decision?: string;
}

/** The result of a run as the API and reports give it. Snake case: it goes out as it is. */
export function resultOf(run: TrainingRun, ending: Ending): JsonObject {
  const prepared = outputIfAny(run, 'prepare');
  const trained = outputIfAny(run, 'train');
  const validated = outputIfAny(run, 'validate');
  const deployed = outputIfAny(run, 'deploy');
  const backup = outputIfAny(run, 'backup');
  return asJson({
    success: ending.status !== 'failed' && ending.status !== 'cancelled',
    status: ending.status,
    triggers: run.triggers,
    reason: run.reason,
    forced: run.forced,
    deployed: ending.status === 'deployed',
    backup_path: backup?.path ?? null,
    data_stats: prepared?.stats ?? null,
    data_source: prepared && {
      path: prepared.source,
      sha256: prepared.sourceSha256,
      observed_records: prepared.observed,
      rejected_rows: prepared.rejected,
      rejected_samples: prepared.rejectedSamples,
      duplicates: prepared.duplicates,
      future_rows: prepared.future,
      skipped_rows: prepared.skipped,
    },
    training_metrics: trained && {
      ...trained.diagnostics,
      recipe: trained.recipe,
      tried: trained.tried,
      fits: trained.fits,
    },
    validation_results: trained && validated ? validationResults(trained, validated) : null,
    gates: validated?.verdicts ?? [],
    deployment_results: deployed
      ? {
          decision: ending.status === 'deployed' ? 'promoted' : ending.status,
          deployment_id: deployed.deploymentId,
          version: deployed.version,
          previous_version: deployed.previousVersion,
          expires_at: deployed.expiresAt,
          reason: ending.decision ?? deployed.reason,
        }
      : null,
    lineage: {
      run_id: run.id,
      as_of: run.asOf.toISOString(),
      config_revision: trained?.configRevision ?? run.configRevision,
      seed: trained?.seed,
      code_version: trained?.codeVersion,
      environment: trained?.environment,
      trained_until: trained?.trainedUntil,
      recipe: trained?.recipe,
      data_hash: prepared?.snapshot.sha256,
      candidate_version: trained?.version,
      candidate_sha256: trained?.sha256,
      parent_version: trained?.championVersion,
    },
    execution_time: (ending.at.getTime() - (run.startedAt ?? run.requestedAt).getTime()) / 1000,
    ended_because: ending.decision ?? ending.failure?.message ?? deployed?.reason,
    error: ending.failure && {
      code: ending.failure.code,
      message: ending.failure.message,
      stage: ending.failure.stage,
    },
  });
}

function validationResults(trained: TrainOutput, validated: ValidateOutput) {
  const minimum = gate(validated.verdicts, 'minimum_score');
  const improvement = gate(validated.verdicts, 'improvement');
  const candidate = trained.metrics['accuracy'];
  const champion = trained.championMetrics?.['accuracy'];
  return {
    new_accuracy: candidate ?? null,
    current_accuracy: champion ?? null,
    min_threshold: minimum?.threshold ?? null,
    improvement_threshold: improvement?.threshold ?? null,
    improvement: candidate !== undefined && champion !== undefined ? candidate - champion : null,
    meets_min_threshold: minimum?.accepted ?? null,
    improves_performance: improvement?.accepted ?? null,
    should_deploy: validated.accepted,
    held_for_a_person: validated.hold,
    new_metrics: trained.metrics,
    current_metrics: trained.championMetrics ?? null,
  };
}

function gate(verdicts: readonly GateVerdict[], name: string): GateVerdict | undefined {
  return verdicts.find((verdict) => verdict.gate === name);
}
