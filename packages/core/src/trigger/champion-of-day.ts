import type { AliasMove, Models } from '../model/models.port.js';
import type { Predictions } from '../prediction/predictions.port.js';

/**
 * The move that had put the champion of a past day there; undefined when none served yet.
 *
 * Two witnesses are heard, and the later of the moves that they name counts. The registry: the last move that was decided as
 * of that day or before. And whoever gave the newest answer about an event of that day or before: the move that was in force on the
 * wall clock when it was recorded. Without the second one a replay could not tell who is playing, since moves that were made
 * on the wall clock (the first champion, a roll-back by hand) all lie after the days that are played.
 */
export async function championOfDay(
  models: Models,
  predictions: Predictions,
  model: string,
  day: Date,
): Promise<AliasMove | undefined> {
  const decided = await models.aliasAt(model, 'champion', day, 'as_of');
  const [newest] = await predictions.answered({ model, asOf: day, limit: 1 });
  const answering = newest && (await models.aliasAt(model, 'champion', newest.prediction.recordedAt, 'wall_clock'));
  if (!decided || !answering) return decided ?? answering;
  return decided.id > answering.id ? decided : answering;
}
