import { unprocessable, type ModelDefinition, type ModelRecord, type OutcomeValue } from '@retrain/core';

/** A past event that is played again: asked for first, told afterwards. */
export interface Fixture {
  readonly key: string;
  readonly occurredAt: Date;
  readonly input: Readonly<Record<string, unknown>>;
  readonly outcome: OutcomeValue;
  /** The full row as the file had it: posted with the outcome, so that it joins the training data. */
  readonly row: Readonly<Record<string, unknown>>;
}

/** All fixtures of one instant. */
export interface MatchDay {
  readonly at: Date;
  readonly fixtures: readonly Fixture[];
}

/** The days between two checks of the triggers. */
export interface Round {
  readonly days: readonly MatchDay[];
  /** End of the round: the triggers are judged as of here. */
  readonly checkAt: Date;
}

/** Rows of a file as fixtures in [from, until), ascending; rows that the model refuses or that repeat a key are left out. */
export function fixturesOf(
  definition: ModelDefinition,
  rows: readonly Readonly<Record<string, unknown>>[],
  from: Date,
  until: Date,
): readonly Fixture[] {
  const byKey = new Map<string, Fixture>();
  for (const row of rows) {
    const record = parse(definition, row);
    if (!record || record.occurredAt < from || record.occurredAt >= until || byKey.has(record.key)) continue;
    byKey.set(record.key, {
      key: record.key,
      occurredAt: record.occurredAt,
      input: definition.inputOf(record).payload,
      outcome: definition.outcomeOf(record),
      row,
    });
  }
  return [...byKey.values()].sort(
    (a, b) => a.occurredAt.getTime() - b.occurredAt.getTime() || (a.key < b.key ? -1 : 1),
  );
}

function parse(definition: ModelDefinition, row: Readonly<Record<string, unknown>>): ModelRecord | undefined {
  try {
    return definition.parseRecord(row);
  } catch {
    // The server refuses the same row from its training data; a replay plays what can be played.
    return undefined;
  }
}

const dayMs = 86_400_000;

/** Cuts fixtures into rounds of `days` days; rounds without a fixture (summer) are left out. */
export function roundsOf(fixtures: readonly Fixture[], days: number): readonly Round[] {
  const first = fixtures[0];
  if (!first)
    throw unprocessable(
      'nothing_to_replay',
      'There is no match in this span; choose another --from, --until or --data.',
    );
  const rounds: { index: number; days: { at: Date; fixtures: Fixture[] }[] }[] = [];
  for (const fixture of fixtures) {
    const index = Math.floor((fixture.occurredAt.getTime() - first.occurredAt.getTime()) / (days * dayMs));
    let round = rounds.at(-1);
    if (round?.index !== index) rounds.push((round = { index, days: [] }));
    const day = round.days.at(-1);
    if (day && day.at.getTime() === fixture.occurredAt.getTime()) day.fixtures.push(fixture);
    else round.days.push({ at: fixture.occurredAt, fixtures: [fixture] });
  }
  return rounds.map((round) => ({
    days: round.days,
    checkAt: new Date(first.occurredAt.getTime() + (round.index + 1) * days * dayMs - 1000),
  }));
}

/** `2016-17` as the span from 1 August to 1 August. */
export function seasonSpan(season: string): { from: Date; until: Date } {
  const match = /^(\d{4})-(\d{2}|\d{4})$/.exec(season);
  const start = Number(match?.[1]);
  const end = match?.[2]?.length === 2 ? Math.floor(start / 100) * 100 + Number(match[2]) : Number(match?.[2]);
  if (!match || (end !== start + 1 && !(match[2] === '00' && start % 100 === 99))) {
    throw unprocessable('bad_season', `A season is written like 2016-17, not "${season}".`);
  }
  return { from: new Date(Date.UTC(start, 7, 1)), until: new Date(Date.UTC(start + 1, 7, 1)) };
}
