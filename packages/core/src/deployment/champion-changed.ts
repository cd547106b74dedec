import { conflict } from '../shared/errors.js';

/** The state that a decision was made on is gone. */
export function championChanged(model: string, judged: number | undefined, serving: number | undefined) {
  const name = (version: number | undefined) => (version === undefined ? 'no version' : `version ${version}`);
  const told = `The decision was made while ${name(judged)} of "${model}" served, but now ${name(serving)} does.`;
  const advice = 'Retrain to have a candidate judged against it, or promote the version by hand.';
  return conflict('champion_changed', `${told} ${advice}`, {
    judged_against: judged ?? null,
    serving: serving ?? null,
  });
}
