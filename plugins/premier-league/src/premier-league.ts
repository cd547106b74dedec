import { defineModel, type ModelRecord } from '@retrain/core';
import { SCHEMA } from './features.js';
import { fixturePayload, fromRecord, matchKey, seasonOf, toRecord } from './match/match.js';
import { readFixture } from './match/read-fixture.js';
import { readMatch } from './match/read-match.js';
import { removeMargin } from './odds/remove-margin.js';
import { quickstartRows } from './quickstart/quickstart-data.js';
import { PremierLeagueState } from './state/premier-league-state.js';

const QUICKSTART_NAMES = ['premier-league', 'quickstart'];

/**
 * Matches of the English Premier League as home win, draw or away win.
 *
 * One definition serves requests with and without odds. Its three market features are the log-probabilities of the odds
 * without margin where odds are given. Where they are missing the state puts in what the market would most likely say,
 * which it has learned from the odds of past matches (or, before it saw any, what the ratings imply). So every row means
 * the same to the trained weights, which never meet a hole that an average would fill, and a second model without odds
 * would only have to be trained, judged and deployed twice.
 *
 * Odds at kick-off are no feature, since nobody has them when they ask: they are the benchmark.
 */
export const premierLeague = defineModel({
  name: 'premier-league',
  description: 'English Premier League: home win, draw or away win, from ratings, form and (when given) odds.',
  task: { kind: 'classification', classes: ['H', 'D', 'A'], ordered: true },
  schema: SCHEMA,

  parseRecord(row) {
    const match = readMatch(row);
    return match && toRecord(match);
  },

  inputOf(record) {
    const { home, away, date, season, odds } = fromRecord(record);
    const payload = fixturePayload({ home, away, date, season, odds });
    return { occurredAt: record.occurredAt, key: record.key, payload };
  },

  outcomeOf(record) {
    const { home, away } = fromRecord(record).goals;
    return home > away ? 'H' : home === away ? 'D' : 'A';
  },

  benchmarkOf(record: ModelRecord) {
    const { odds, closingOdds } = fromRecord(record);
    const best = closingOdds ?? odds;
    return best && removeMargin(best);
  },

  parseInput(raw) {
    const fixture = readFixture(raw);
    const payload = fixturePayload(fixture);
    if (fixture.date === undefined) return { payload };
    const key = matchKey(fixture.season ?? seasonOf(fixture.date), fixture.home, fixture.away);
    return { occurredAt: new Date(`${fixture.date}T00:00:00Z`), key, payload };
  },

  createState: () => new PremierLeagueState(),

  builtinData: (name: string) => (QUICKSTART_NAMES.includes(name) ? quickstartRows() : undefined),
});
