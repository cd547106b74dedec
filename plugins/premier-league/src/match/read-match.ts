import { canonicalTeam } from '../team/team-names.js';
import { isWithinSeason, readDate, readSeason } from './dates.js';
import { Fields, LIMITS, type Names } from './fields.js';
import { seasonOf, type Match, type Odds, type SideCount } from './match.js';

const DIVISION: Names = ['Div', 'division'];
const DATE: Names = ['date', 'Date'];
const SEASON: Names = ['season', 'Season'];
const HOME: Names = ['home_team', 'HomeTeam'];
const AWAY: Names = ['away_team', 'AwayTeam'];
const HOME_GOALS: Names = ['home_goals', 'FTHG', 'home_score'];
const AWAY_GOALS: Names = ['away_goals', 'FTAG', 'away_score'];
const RESULT: Names = ['result', 'FTR'];

/** What sources call this league. */
const THIS_LEAGUE = new Set(['e0', 'english premier league', 'premier league', 'epl']);

/** Odds that were offered before the match, best first: the row's own, then the bookmaker known for longest. */
const BEFORE_KICK_OFF = ['', 'B365', 'Avg', 'BbAv', 'PS', 'WH', 'IW', 'LB', 'GB', 'SB'] as const;
/** Odds at kick-off, sharpest first. */
const AT_KICK_OFF = ['closing_', 'PSC', 'AvgC', 'B365C'] as const;

/**
 * The match that a raw row tells of; undefined for another league's, and for one that was called off.
 *
 * Understands the columns of football-data.co.uk (`Date` as ISO, dd/mm/yy or dd/mm/yyyy, `HomeTeam`, `FTHG`, `HS`, `HST`,
 * `HY`, `HR`, `B365H` …), of the football table of vega-datasets (`home_score` …), and plain snake_case ones (`home_goals`,
 * `home_shots`, `home_shots_on_target`, `home_odds` …). Throws `invalid_match` with an issue for each bad column.
 */
export function readMatch(row: Readonly<Record<string, unknown>>): Match | undefined {
  const fields = new Fields(row);
  if (fields.has(DIVISION) && !THIS_LEAGUE.has(String(fields.value(DIVISION)).trim().toLowerCase())) return undefined;
  if (isCalledOff(row)) return undefined;

  const date = readDate(fields.value(DATE));
  if (date === undefined) {
    fields.refuse(DATE, fields.has(DATE) ? 'must be a date as 2016-10-29, 29/10/2016 or 29/10/16.' : 'is missing.');
  }
  const season = readSeasonOf(fields, date);
  const home = readTeam(fields, HOME);
  const away = readTeam(fields, AWAY);
  if (home !== undefined && home === away) fields.refuse(AWAY, `is the home team too ("${home}").`);
  const goals = readGoals(fields);
  if (goals) checkResult(fields, goals);
  const match = {
    shots: readPair(fields, ['home_shots', 'HS'], ['away_shots', 'AS'], LIMITS.shots),
    shotsOnTarget: readPair(fields, ['home_shots_on_target', 'HST'], ['away_shots_on_target', 'AST'], LIMITS.shots),
    yellowCards: readPair(fields, ['home_yellow_cards', 'HY'], ['away_yellow_cards', 'AY'], LIMITS.cards),
    redCards: readPair(fields, ['home_red_cards', 'HR'], ['away_red_cards', 'AR'], LIMITS.cards),
    odds: readBestOdds(fields, BEFORE_KICK_OFF),
    closingOdds: readBestOdds(fields, AT_KICK_OFF),
  };
  fields.finish('invalid_match', 'This row is no played match');
  return { date: date!, season: season!, home: home!, away: away!, goals: goals!, ...match };
}

/** The table of vega-datasets lists a match that was called off as one without a score. */
function isCalledOff(row: Readonly<Record<string, unknown>>): boolean {
  return 'division' in row && row.home_score === null && row.away_score === null;
}

function readSeasonOf(fields: Fields, date: string | undefined): number | undefined {
  if (!fields.has(SEASON)) return date === undefined ? undefined : seasonOf(date);
  const season = readSeason(fields.value(SEASON));
  if (season === undefined) return fields.refuse(SEASON, 'must be a season as 2016-2017, 2016/17 or 2016.');
  if (date !== undefined && !isWithinSeason(date, season)) fields.refuse(SEASON, `does not contain the date ${date}.`);
  return season;
}

function readTeam(fields: Fields, names: Names): string | undefined {
  const name = fields.text(names);
  if (name) return canonicalTeam(name);
  return fields.refuse(names, fields.has(names) ? 'must be the name of a team.' : 'is missing.');
}

function readGoals(fields: Fields): SideCount | undefined {
  for (const names of [HOME_GOALS, AWAY_GOALS]) if (!fields.has(names)) fields.refuse(names, 'is missing.');
  return readPair(fields, HOME_GOALS, AWAY_GOALS, LIMITS.goals);
}

function checkResult(fields: Fields, { home, away }: SideCount): void {
  if (!fields.has(RESULT)) return;
  const result = home > away ? 'H' : home === away ? 'D' : 'A';
  if (fields.text(RESULT) !== result)
    fields.refuse(RESULT, `contradicts the score ${home}:${away}, which means ${result}.`);
}

/** Both sides, or nothing: half a count says nothing about a match. */
function readPair(fields: Fields, homeNames: Names, awayNames: Names, limits: (typeof LIMITS)[keyof typeof LIMITS]) {
  const home = fields.number(homeNames, limits);
  const away = fields.number(awayNames, limits);
  return home === undefined || away === undefined ? undefined : { home, away };
}

/** The first source that gives all three odds; those behind it are not looked at. */
function readBestOdds(fields: Fields, sources: readonly string[]): Odds | undefined {
  for (const source of sources) {
    const names = oddsNames(source);
    const given = names.filter((name) => fields.has(name));
    if (given.length === 0) continue;
    const [home, draw, away] = names.map((name) => fields.odds(name));
    if (home !== undefined && draw !== undefined && away !== undefined) return [home, draw, away];
    if (given.length === 3 || !isOwn(source)) continue;
    for (const name of names) if (!fields.has(name)) fields.refuse(name, 'is missing although other odds are given.');
  }
  return undefined;
}

/** Whether the columns are the row's own plain ones, and not those of a bookmaker who may have quoted two of three. */
function isOwn(source: string): boolean {
  return source === '' || source.endsWith('_');
}

function oddsNames(source: string): readonly Names[] {
  if (isOwn(source)) {
    return [[`${source}home_odds`], [`${source}draw_odds`], [`${source}away_odds`]];
  }
  return [[`${source}H`], [`${source}D`], [`${source}A`]];
}
