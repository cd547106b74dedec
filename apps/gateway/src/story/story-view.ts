import {
  rolloutChart,
  runStages,
  stagesOf,
  tellingLooks,
  timelineOf,
  type FittingProgress,
  type JsonObject,
  type Probation,
  type RunStory,
  type ToldDeployment,
  type TrainingPiece,
} from '@retrain/core';
import { probationView } from '../model/probation-view.js';
import { lookView, rolloutView } from '../model/rollout-view.js';
import { deploymentView, moveView, quarantineView } from '../model/version-view.js';
import { runView, verdictView } from '../retraining/run-view.js';

const DAY_MS = 86_400_000;

/** The story of a run on the wire: everything that its page draws. */
export function storyView(story: RunStory, fitting?: FittingProgress) {
  const { run, firing, version, quarantine } = story;
  return {
    run: runView(run, fitting),
    firing: firing
      ? {
          evaluation_id: firing.payload.evaluationId,
          at: firing.recordedAt.toISOString(),
          as_of: firing.asOf?.toISOString() ?? null,
          verdicts: firing.payload.verdicts.map(verdictOf),
        }
      : null,
    stages: stagesOf(run, story.events).map(({ stage, state, startedAt, finishedAt, attempts, summary }) => ({
      stage,
      state,
      started_at: startedAt?.toISOString() ?? null,
      finished_at: finishedAt?.toISOString() ?? null,
      attempts,
      summary: summary ?? null,
    })),
    stage_names: runStages,
    fits: story.pieces.map(fitView),
    candidate: version
      ? { version: version.version, sha256: version.artifact.sha256, created_at: version.createdAt.toISOString() }
      : null,
    deployments: story.deployments.map(toldDeploymentView),
    alias_moves: story.moves.map((move) => ({ alias: move.alias, ...moveView(move) })),
    probations: story.probations.map(watchedView),
    quarantine: quarantine ? quarantineView(quarantine) : null,
    timeline: timelineOf(story).map(({ at, ...entry }) => ({ at: at.toISOString(), ...entry })),
  };
}

/** A verdict as the log keeps it. */
function verdictOf(verdict: JsonObject) {
  return verdictView(verdict as unknown as Parameters<typeof verdictView>[0]);
}

function fitView({ work, status, cached, attempt, progress, startedAt, finishedAt, failure }: TrainingPiece) {
  return {
    trainer: work.recipe.use,
    options: work.recipe.with,
    fit_rows: work.fitRows,
    judged: work.judged ?? null,
    status,
    cached,
    attempts: attempt,
    progress,
    seconds: startedAt && finishedAt ? (finishedAt.getTime() - startedAt.getTime()) / 1000 : null,
    failure: failure?.message ?? null,
  };
}

function toldDeploymentView({ deployment, approvals, rollout, looks }: ToldDeployment) {
  const last = looks.at(-1);
  return {
    ...deploymentView(deployment, approvals),
    rollout: rollout
      ? {
          ...rolloutView(rollout),
          looks: tellingLooks(looks).map(lookView),
          last_look: last ? lookView(last) : null,
          evidence_over_time: chartView(rolloutChart(rollout, looks)),
        }
      : null,
  };
}

function chartView({ points, limits }: ReturnType<typeof rolloutChart>) {
  return {
    limit_better: limits.better,
    limit_worse: limits.worse,
    points: points.map(({ outcomes, better, worse }) => ({ n: outcomes, log_e_better: better, log_e_worse: worse })),
  };
}

function watchedView(probation: Probation) {
  const until = new Date(probation.asOf.getTime() + probation.rules.days * DAY_MS);
  return { ...probationView(probation), until: until.toISOString() };
}
