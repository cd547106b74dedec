import type { AliasMove, AliasName } from '../model/models.port.js';
import { asJson, outputIfAny } from '../run/outputs.js';
import type { JsonObject } from '../shared/json.js';
import type { RunStory, VersionStory } from './run-story.js';

/** A time in which an alias pointed at a version. */
export interface ServedSpan {
  readonly alias: AliasName;
  readonly from: Date;
  /** Undefined while it still does. */
  readonly until?: Date;
  readonly by: string;
}

/**
 * Where a version comes from and where it went, snake_case: it goes out as it is. With the story of its run everything that
 * the run's rows know: frozen rows, configuration in force, environment, fits. What is not known is null.
 */
export function lineageTold(story: VersionStory | RunStory): JsonObject {
  const { version } = story;
  const run = 'run' in story ? story.run : undefined;
  const pieces = 'pieces' in story ? story.pieces : [];
  const prepared = run && outputIfAny(run, 'prepare');
  const trained = run && outputIfAny(run, 'train');
  const origin = version?.lineage;
  return asJson({
    run_id: run?.id ?? version?.runId ?? null,
    model: run?.model ?? version?.model,
    requested: run && {
      by: run.requestedBy,
      at: run.requestedAt,
      reason: run.reason,
      triggers: run.triggers,
      as_of: run.asOf,
    },
    data: {
      hash: prepared?.snapshot.sha256 ?? origin?.dataHash ?? null,
      snapshot: prepared?.snapshot ?? null,
      source: prepared?.source ?? null,
      source_sha256: prepared?.sourceSha256 ?? null,
      schema_hash: origin?.schemaHash ?? null,
      rows: origin?.trainingRows ?? null,
      trained_until: origin?.trainedUntil ?? null,
    },
    code_version: origin?.codeVersion ?? null,
    configuration: {
      revision: trained?.configRevision ?? origin?.configRevision ?? run?.configRevision ?? null,
      values: trained?.configuration ?? null,
    },
    recipe: origin?.recipe ?? null,
    seed: origin?.seed ?? null,
    parent_version: origin?.parentVersion ?? prepared?.championVersion ?? null,
    environment: trained?.environment ?? null,
    program: trained?.diagnostics['program'] ?? null,
    candidates: trained?.tried ?? [],
    fits: pieces.map(({ key, work, status, cached, attempt, startedAt, finishedAt, failure }) => ({
      key,
      recipe: work.recipe,
      seed: work.seed,
      fit_rows: work.fitRows,
      judged: work.judged ?? null,
      warm_start_from: work.initial?.sha256 ?? null,
      status,
      cached,
      attempts: attempt,
      seconds: startedAt && finishedAt ? (finishedAt.getTime() - startedAt.getTime()) / 1000 : null,
      failure: failure?.message ?? null,
    })),
    artifact: version ? { version: version.version, ...version.artifact, created_at: version.createdAt } : null,
    approved: story.deployments.flatMap(({ deployment, approvals }) =>
      approvals.map(({ actor, reason, at, artifactSha256, evidenceHash }) => ({
        ...{ deployment_id: deployment.id, by: actor, reason, at },
        ...{ artifact_sha256: artifactSha256, evidence_hash: evidenceHash },
      })),
    ),
    served: servedSpans(version?.version, story.moves).map(({ alias, from, until, by }) => {
      return { alias, from, until: until ?? null, by };
    }),
    quarantined: story.quarantine !== undefined && story.quarantine.release === undefined,
    deleted_at: version?.deletedAt ?? null,
  });
}

/** When the version answered (champion) or was tried (challenger), by the moves to it and away from it, first to last. */
export function servedSpans(version: number | undefined, moves: readonly AliasMove[]): readonly ServedSpan[] {
  return moves.flatMap((move, index) => {
    if (move.version !== version || move.previousVersion === version) return [];
    const { alias, movedAt: from, actor: by } = move;
    const away = moves.slice(index + 1).find((later) => later.alias === alias && later.version !== version);
    return [{ alias, from, ...(away ? { until: away.movedAt } : {}), by }];
  });
}
