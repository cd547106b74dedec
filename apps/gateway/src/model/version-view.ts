import type {
  Alias,
  AliasMove,
  Approval,
  Deployment,
  Evaluation,
  Model,
  ModelVersion,
  Quarantine,
} from '@retrain/core';

/** A model on the wire. */
export function modelView(model: Model, champion: Alias | undefined) {
  return {
    name: model.name,
    definition: model.definition,
    monitoring: model.monitoring,
    created_at: model.createdAt.toISOString(),
    champion: champion ? { version: champion.version, moved_at: champion.movedAt.toISOString() } : null,
  };
}

/** A version on the wire; the frozen picture of its training features only when asked for. */
export function versionView(version: ModelVersion, withProfile = false, quarantines: readonly Quarantine[] = []) {
  const { lineage, evaluation } = version;
  const quarantine = quarantines.find((row) => row.version === version.version);
  return {
    id: version.id,
    model: version.model,
    version: version.version,
    run_id: version.runId ?? null,
    created_at: version.createdAt.toISOString(),
    artifact: version.artifact,
    deleted_at: version.deletedAt?.toISOString() ?? null,
    deleted_by: version.deletedBy ?? null,
    quarantine: quarantine ? quarantineView(quarantine) : null,
    evaluation: evaluation ? baselineView(evaluation) : null,
    lineage: {
      data_hash: lineage.dataHash,
      schema_hash: lineage.schemaHash,
      features: lineage.features?.map(({ name }) => name) ?? null,
      recipe: lineage.recipe,
      seed: lineage.seed,
      code_version: lineage.codeVersion,
      config_revision: lineage.configRevision,
      parent_version: lineage.parentVersion ?? null,
      training_rows: lineage.trainingRows,
      trained_until: lineage.trainedUntil ? iso(lineage.trainedUntil) : null,
    },
    ...(withProfile ? { feature_profile: version.featureProfile ?? null } : {}),
  };
}

/** A quarantine on the wire. */
export function quarantineView({ version, by, reason, at, release }: Quarantine) {
  return {
    version,
    state: release ? 'released' : 'quarantined',
    by,
    reason,
    at: at.toISOString(),
    release: release ? { ...release, at: release.at.toISOString() } : null,
  };
}

/** What a version was measured at before it served, on the wire. */
export function baselineView({ rows, from, until, metrics, benchmark, confidence }: Evaluation) {
  const beside = benchmark && {
    rows: benchmark.rows,
    excess_log_loss: benchmark.excess,
    deviation: benchmark.deviation,
  };
  const calibrated = confidence && { rows: confidence.rows, power: confidence.power };
  return {
    rows,
    from: from ? iso(from) : null,
    until: until ? iso(until) : null,
    metrics,
    ...(beside ? { benchmark: beside } : {}),
    ...(calibrated ? { confidence: calibrated } : {}),
  };
}

/** A move of the champion on the wire. */
export function moveView(move: AliasMove) {
  return {
    model: move.model,
    version: move.version,
    previous_version: move.previousVersion ?? null,
    since: move.movedAt.toISOString(),
    as_of: move.asOf.toISOString(),
    actor: move.actor,
    reason: move.reason,
    deployment_id: move.deploymentId ?? null,
  };
}

/** A deployment on the wire, with those who approved it so far. */
export function deploymentView(deployment: Deployment, approvals: readonly Approval[] = []) {
  return {
    id: deployment.id,
    model: deployment.model,
    version: deployment.version,
    previous_version: deployment.previousVersion ?? null,
    run_id: deployment.runId ?? null,
    kind: deployment.kind,
    strategy: deployment.strategy,
    status: deployment.status,
    artifact_sha256: deployment.artifactSha256,
    evidence_hash: deployment.evidenceHash,
    evidence: deployment.evidence,
    quorum: deployment.quorum,
    four_eyes: deployment.fourEyes,
    approvals: approvals.map(approvalView),
    requested_by: deployment.requestedBy,
    reason: deployment.reason,
    decided_by: deployment.decidedBy ?? null,
    decision_reason: deployment.decisionReason ?? null,
    as_of: deployment.asOf.toISOString(),
    created_at: deployment.createdAt.toISOString(),
    expires_at: deployment.expiresAt?.toISOString() ?? null,
    decided_at: deployment.decidedAt?.toISOString() ?? null,
  };
}

function approvalView({ actor, reason, artifactSha256, evidenceHash, at }: Approval) {
  return { actor, reason, artifact_sha256: artifactSha256, evidence_hash: evidenceHash, at: at.toISOString() };
}

// Dates that went through jsonb come back as text.
const iso = (time: Date | string) => new Date(time).toISOString();
