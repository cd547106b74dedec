import type { JsonObject, ModelRecord } from '@retrain/core';

/** Decimal odds of home win, draw and away win. */
export type Odds = readonly [home: number, draw: number, away: number];

/** What both sides of a match did; undefined where the source does not say. */
export interface SideCount {
  readonly home: number;
  readonly away: number;
}

/** A played match of the league. */
export interface Match {
  /** ISO date, `2016-10-29`. */
  readonly date: string;
  /** Year in which the season started: 2016 for 2016-17. */
  readonly season: number;
  readonly home: string;
  readonly away: string;
  readonly goals: SideCount;
  readonly shots?: SideCount;
  readonly shotsOnTarget?: SideCount;
  readonly yellowCards?: SideCount;
  readonly redCards?: SideCount;
  /** Odds as they were offered before the match. */
  readonly odds?: Odds;
  /** Odds at kick-off: known too late to predict with, the hardest benchmark there is. */
  readonly closingOdds?: Odds;
}

/** What is known of a match before it is played. */
export interface Fixture {
  readonly home: string;
  readonly away: string;
  readonly date?: string;
  readonly season?: number;
  readonly odds?: Odds;
}

const DAY_MS = 86_400_000;

/** Days since 1970-01-01 of an ISO date. */
export function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

/** First of August separates seasons: no season began before it, and even that of 2019-20 ended on 26 July. */
export function seasonOf(date: string): number {
  const year = Number(date.slice(0, 4));
  return Number(date.slice(5, 7)) >= 8 ? year : year - 1;
}

/**
 * Identity of a match, the same whatever source told of it, `2016-17|Tottenham|Leicester`: each pairing is played once
 * a season at each ground, while its date moves (postponements) and differs between sources.
 */
export function matchKey(season: number, home: string, away: string): string {
  return `${season}-${String((season + 1) % 100).padStart(2, '0')}|${home}|${away}`;
}

const PAIRS = [
  ['shots', 'shots'],
  ['shotsOnTarget', 'shots_on_target'],
  ['yellowCards', 'yellow_cards'],
  ['redCards', 'red_cards'],
] as const;

/** The record of a match; its payload holds only what is known, under the names of the simple snake_case shape. */
export function toRecord(match: Match): ModelRecord {
  const payload: Record<string, string | number> = {
    date: match.date,
    season: match.season,
    home_team: match.home,
    away_team: match.away,
    home_goals: match.goals.home,
    away_goals: match.goals.away,
  };
  for (const [field, name] of PAIRS) {
    const pair = match[field];
    if (pair) {
      payload[`home_${name}`] = pair.home;
      payload[`away_${name}`] = pair.away;
    }
  }
  if (match.odds) putOdds(payload, '', match.odds);
  if (match.closingOdds) putOdds(payload, 'closing_', match.closingOdds);
  return {
    key: matchKey(match.season, match.home, match.away),
    occurredAt: new Date(`${match.date}T00:00:00Z`),
    payload,
  };
}

/** Inverse of {@link toRecord}; the payload is trusted, because only `toRecord` writes it. */
export function fromRecord({ payload }: ModelRecord): Match {
  const pair = (name: string): SideCount | undefined =>
    payload[`home_${name}`] === undefined
      ? undefined
      : { home: payload[`home_${name}`] as number, away: payload[`away_${name}`] as number };
  return {
    date: payload.date as string,
    season: payload.season as number,
    home: payload.home_team as string,
    away: payload.away_team as string,
    goals: pair('goals')!,
    shots: pair('shots'),
    shotsOnTarget: pair('shots_on_target'),
    yellowCards: pair('yellow_cards'),
    redCards: pair('red_cards'),
    odds: oddsIn(payload, ''),
    closingOdds: oddsIn(payload, 'closing_'),
  };
}

/** Payload of a request for a fixture. */
export function fixturePayload(fixture: Fixture): JsonObject {
  const payload: Record<string, string | number> = { home_team: fixture.home, away_team: fixture.away };
  if (fixture.date !== undefined) payload.date = fixture.date;
  if (fixture.season !== undefined) payload.season = fixture.season;
  if (fixture.odds) putOdds(payload, '', fixture.odds);
  return payload;
}

/** Inverse of {@link fixturePayload}. */
export function fixtureOf(payload: JsonObject): Fixture {
  return {
    home: payload.home_team as string,
    away: payload.away_team as string,
    date: payload.date as string | undefined,
    season: payload.season as number | undefined,
    odds: oddsIn(payload, ''),
  };
}

function putOdds(payload: Record<string, unknown>, prefix: string, [home, draw, away]: Odds): void {
  payload[`${prefix}home_odds`] = home;
  payload[`${prefix}draw_odds`] = draw;
  payload[`${prefix}away_odds`] = away;
}

function oddsIn(payload: JsonObject, prefix: string): Odds | undefined {
  const home = payload[`${prefix}home_odds`];
  if (home === undefined) return undefined;
  return [home as number, payload[`${prefix}draw_odds`] as number, payload[`${prefix}away_odds`] as number];
}
