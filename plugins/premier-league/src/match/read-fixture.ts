import { invalid, unprocessable } from '@retrain/core';
import { canonicalTeam } from '../team/team-names.js';
import { isWithinSeason, readDate, readSeason } from './dates.js';
import { Fields, LIMITS, type Names } from './fields.js';
import type { Fixture, Odds } from './match.js';

const HOME: Names = ['home_team'];
const AWAY: Names = ['away_team'];
const DATE: Names = ['date'];
const SEASON: Names = ['season'];
const MONTH: Names = ['month'];
const ODDS: readonly Names[] = [['home_odds'], ['draw_odds'], ['away_odds']];

/** What a request may hold; `played` marks the fixture of a known match and says nothing here. */
const KNOWN = [HOME, AWAY, DATE, SEASON, MONTH, ...ODDS].flat().concat('played');

const LONGEST_NAME = 100;

/**
 * The fixture that a request asks about: `home_team`, `away_team`, optional `date`, `season`, `month`, `home_odds`, `draw_odds`,
 * `away_odds` (all three or none).
 *
 * `season` and `month` are checked against `date`; `season` also tells who is promoted when there is no date. Throws
 * `invalid_fixture` with an issue for each bad field and `same_team` (unprocessable) when a team would play itself.
 */
export function readFixture(raw: unknown): Fixture {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw invalid('invalid_fixture', 'A match must be an object with home_team and away_team.', [
      { path: '', message: 'must be an object with home_team and away_team.', given: raw },
    ]);
  }
  const fields = new Fields(raw as Readonly<Record<string, unknown>>);
  fields.only(KNOWN);
  const home = readTeam(fields, HOME);
  const away = readTeam(fields, AWAY);
  const date = readDateOf(fields);
  const season = readSeasonOf(fields, date);
  const month = fields.number(MONTH, LIMITS.month, true);
  if (date !== undefined && month !== undefined && Number(date.slice(5, 7)) !== month) {
    fields.refuse(MONTH, `is not the month of the date ${date}.`);
  }
  const odds = readOdds(fields);
  fields.finish('invalid_fixture', 'This match cannot be predicted');
  if (home === away) {
    const told = `A team cannot play itself: home_team and away_team are both "${home}".`;
    throw unprocessable('same_team', told, [{ path: 'away_team', message: 'is the home team too.', given: away }]);
  }
  return { home: home!, away: away!, date, season, odds };
}

function readTeam(fields: Fields, names: Names): string | undefined {
  if (!fields.has(names)) return fields.refuse(names, 'is missing: give the name of a team.');
  const name = fields.text(names);
  if (name && name.length <= LONGEST_NAME) return canonicalTeam(name);
  return fields.refuse(names, `must be the name of a team: text of at most ${LONGEST_NAME} characters.`);
}

function readDateOf(fields: Fields): string | undefined {
  if (!fields.has(DATE)) return undefined;
  return readDate(fields.value(DATE)) ?? fields.refuse(DATE, 'must be a date as 2016-10-29.');
}

function readSeasonOf(fields: Fields, date: string | undefined): number | undefined {
  if (!fields.has(SEASON)) return undefined;
  const season = readSeason(fields.value(SEASON));
  if (season === undefined) return fields.refuse(SEASON, 'must be a season as 2016-2017, 2016/17 or 2016.');
  if (date !== undefined && !isWithinSeason(date, season)) fields.refuse(SEASON, `does not contain the date ${date}.`);
  return season;
}

function readOdds(fields: Fields): Odds | undefined {
  const [home, draw, away] = ODDS.map((names) => fields.odds(names, true));
  if (home !== undefined && draw !== undefined && away !== undefined) return [home, draw, away];
  if (ODDS.some((names) => fields.has(names))) {
    for (const names of ODDS) if (!fields.has(names)) fields.refuse(names, 'is missing: give all three odds or none.');
  }
  return undefined;
}
