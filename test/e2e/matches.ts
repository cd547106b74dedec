import { premierLeague } from '@retrain/premier-league';

/** A real match that was played. */
export interface Match {
  readonly teams: readonly [home: string, away: string];
  /** `2016-08-13` */
  readonly date: string;
  /** The request that asks about it before it is played. */
  readonly fixture: Readonly<Record<string, unknown>>;
  /** `H`, `D` or `A`. */
  readonly outcome: string;
  /** The row of the data file: posted with the outcome, it joins the training data. */
  readonly row: Readonly<Record<string, unknown>>;
}

/** Matches of the league in [from, until), in order of their dates, each pairing of a season once. */
export async function matchesBetween(from: string, until: string): Promise<readonly Match[]> {
  const matches = new Map<string, Match>();
  for (const row of (await premierLeague.builtinData('premier-league'))!) {
    const record = premierLeague.parseRecord(row);
    const date = record?.occurredAt.toISOString().slice(0, 10) ?? '';
    if (!record || date < from || date >= until || matches.has(record.key)) continue;
    const fixture = premierLeague.inputOf(record).payload;
    const teams = [String(fixture.home_team), String(fixture.away_team)] as const;
    matches.set(record.key, { teams, date, fixture, outcome: String(premierLeague.outcomeOf(record)), row });
  }
  return [...matches.values()].sort((a, b) => a.date.localeCompare(b.date));
}

/** The report of what happened, for `POST /models/{model}/outcomes`. */
export function report(match: Match, predictionId: string) {
  return {
    prediction_id: predictionId,
    outcome: match.outcome,
    observed_at: `${match.date}T22:00:00Z`,
    record: match.row,
  };
}
