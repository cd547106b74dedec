import {
  unprocessable,
  type FeatureRow,
  type JsonObject,
  type ModelInput,
  type ModelRecord,
  type ModelState,
} from '@retrain/core';
import { FEATURES } from '../features.js';
import { dayNumber, fixtureOf, fromRecord, type Fixture, type Match } from '../match/match.js';
import { suggestTeam } from '../team/team-names.js';
import { LeagueKnowledge } from './league-knowledge.js';

/** A summer break is shorter than this. */
const STALE_AFTER_DAYS = 100;
/** Sums of 1 / odds outside these bounds are no bookmaker's. */
const LOWEST_BOOK = 0.95;
const HIGHEST_BOOK = 1.35;

/**
 * What is known of the league, fed date by date.
 *
 * The latest date stays open: matches of it that are told later lead to the very state that telling all at once would have led
 * to, because the date is then learned again, in order of the records' keys, from what was known before it.
 */
export class PremierLeagueState implements ModelState {
  private before = LeagueKnowledge.empty();
  private now = LeagueKnowledge.empty();
  private latestDate: string | undefined;
  private latest = new Map<string, Match>();
  private records = 0;

  features(input: ModelInput): FeatureRow {
    const fixture = fixtureOf(input.payload);
    this.refuseUnknown(fixture);
    const named = this.now.features(fixture);
    return { values: FEATURES.map(({ name }) => named[name]), warnings: this.warnings(fixture) };
  }

  /** Records may come in several calls and in any order within a date; dates must ascend. */
  observe(records: readonly ModelRecord[]): void {
    const byDate = new Map<string, [string, Match][]>();
    for (const record of records) {
      const match = fromRecord(record);
      const sameDate = byDate.get(match.date);
      if (sameDate) sameDate.push([record.key, match]);
      else byDate.set(match.date, [[record.key, match]]);
    }
    for (const date of [...byDate.keys()].sort()) this.observeDate(date, byDate.get(date)!);
  }

  describe(): JsonObject {
    const { season } = this.now;
    return {
      teams: this.now.currentTeams(),
      teams_known: this.now.teams(),
      season: season === undefined ? null : `${season}-${season + 1}`,
      records: this.records,
      last_record_at: this.latestDate ?? null,
    };
  }

  private observeDate(date: string, matches: readonly (readonly [string, Match])[]): void {
    if (this.latestDate !== undefined && date < this.latestDate) {
      throw new RangeError(
        `Matches of ${date} come after those of ${this.latestDate}; build the state anew, in order.`,
      );
    }
    if (date !== this.latestDate) {
      this.before = this.now;
      this.latest = new Map();
      this.latestDate = date;
    }
    this.records -= this.latest.size;
    for (const [key, match] of matches) this.latest.set(key, match);
    this.records += this.latest.size;
    this.now = this.before.copy();
    const keys = [...this.latest.keys()].sort();
    this.now.learn(
      date,
      keys.map((key) => this.latest.get(key)!),
    );
  }

  private refuseUnknown({ home, away }: Fixture): void {
    if (this.now.knows(home) && this.now.knows(away)) return;
    const known = this.now.teams();
    const issues = (
      [
        ['home_team', home],
        ['away_team', away],
      ] as const
    )
      .filter(([, team]) => !this.now.knows(team))
      .map(([path, team]) => {
        const meant = suggestTeam(team, known);
        const hint = meant === undefined ? 'GET /teams lists the known ones.' : `Did you mean "${meant}"?`;
        return { path, message: `"${team}" has no match in the data that is known here. ${hint}`, given: team };
      });
    throw unprocessable('unknown_team', issues.map(({ message }) => message).join(' '), issues);
  }

  private warnings(fixture: Fixture): readonly string[] {
    const { home, away, date, odds } = fixture;
    const warnings: string[] = [];
    if (!odds) warnings.push('No odds were given; what the market would say was estimated from past results.');
    else {
      const book = 1 / odds[0] + 1 / odds[1] + 1 / odds[2];
      if (book < LOWEST_BOOK || book > HIGHEST_BOOK) {
        warnings.push(`The odds add up to ${(100 * book).toFixed(0)} %, which no bookmaker offers: check them.`);
      }
    }
    for (const team of [home, away]) {
      if (!this.now.isPromoted(team, fixture)) continue;
      warnings.push(`${team} did not play in this league the season before and is rated as a promoted team.`);
    }
    if (date !== undefined && this.latestDate !== undefined) {
      const days = dayNumber(date) - dayNumber(this.latestDate);
      if (days < 0)
        warnings.push(`The match is before the last known result (${this.latestDate}), which was used too.`);
      if (days > STALE_AFTER_DAYS)
        warnings.push(`The last known result (${this.latestDate}) is ${days} days before the match.`);
    }
    return warnings;
  }
}
