import type { ServedPrediction } from '@retrain/core';

/** An answer of any model on the wire. */
export function predictionView(answer: ServedPrediction) {
  const { task, scores } = answer;
  const best = scores.indexOf(Math.max(...scores));
  return {
    prediction_id: answer.id,
    model: answer.model,
    model_version: answer.version,
    arm: answer.arm,
    key: answer.key ?? null,
    occurred_at: answer.occurredAt.toISOString(),
    predicted: task.kind === 'classification' ? task.classes[best]! : scores[0]!,
    ...(task.kind === 'classification' ? { probabilities: named(task.classes, scores) } : {}),
    scores,
    features: named(answer.featureNames, answer.features),
    warnings: answer.warnings,
  };
}

const outcomes = [
  { title: 'Home Win', names: ['H', 'home_win', 'home'] },
  { title: 'Draw', names: ['D', 'draw'] },
  { title: 'Away Win', names: ['A', 'away_win', 'away'] },
] as const;

/**
 * An answer about a match: what `/predict` gives when the model tells home win, draw and away win apart.
 *
 * Of any other model it is the general view.
 */
export function matchView(answer: ServedPrediction) {
  const { task, scores, input } = answer;
  const classes = task.kind === 'classification' ? task.classes : [];
  const columns = outcomes.map(({ names }) => classes.findIndex((name) => (names as readonly string[]).includes(name)));
  if (classes.length !== 3 || columns.includes(-1)) return predictionView(answer);
  const [home, draw, away] = columns.map((column) => scores[column]!) as [number, number, number];
  const best = Math.max(home, draw, away);
  return {
    home_team: input.home_team,
    away_team: input.away_team,
    predicted_result: outcomes[[home, draw, away].indexOf(best)]!.title,
    home_win_probability: home,
    draw_probability: draw,
    away_win_probability: away,
    prediction_confidence: best,
    prediction_id: answer.id,
    model: answer.model,
    model_version: answer.version,
    arm: answer.arm,
    key: answer.key ?? null,
    features: named(answer.featureNames, answer.features),
    warnings: answer.warnings,
  };
}

function named<T>(names: readonly string[], values: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map((name, index) => [name, values[index]!]));
}
