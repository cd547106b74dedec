import type { Feature, FeatureSchema } from '@retrain/core';

/**
 * Not watched for drift: what follows the calendar (how far a season is, and points per game, which spread as it goes on), and
 * what follows who counts (which shots are "on target" was decided anew in 2013-14: every team's share fell by a third).
 */
const UNWATCHED = false;

function feature<Name extends string>(name: Name, description: string, drift = true) {
  return { name, kind: 'numeric', drift, description } as const satisfies Feature;
}

/** Input columns in order; "balance" is ln(P(home win) / P(away win)). */
export const FEATURES = [
  feature(
    'market_home',
    'Log-probability of a home win by the odds without margin; of what the market would say where odds are missing',
  ),
  feature(
    'market_draw',
    'Log-probability of a draw by the odds without margin; of what the market would say where odds are missing',
  ),
  feature(
    'market_away',
    'Log-probability of an away win by the odds without margin; of what the market would say where odds are missing',
  ),
  feature('chances_balance', 'Balance by ratings on goals mixed with the worth of shots'),
  feature('goals_balance', 'Balance by ratings on goals'),
  feature('expected_home_goals', 'Log of the goals expected of the home team'),
  feature('expected_away_goals', 'Log of the goals expected of the away team'),
  feature('elo_difference', 'Elo of home minus away team, in 100 points'),
  feature('home_shot_share', 'Share of all shots in the matches of the home team that were its own, lately'),
  feature('away_shot_share', 'Share of all shots in the matches of the away team that were its own, lately'),
  feature(
    'home_on_target_share',
    'Share of all shots on target in the matches of the home team that were its own, lately',
  ),
  feature(
    'away_on_target_share',
    'Share of all shots on target in the matches of the away team that were its own, lately',
  ),
  feature('home_shot_accuracy', 'Share of the shots of the home team that were on target, lately', UNWATCHED),
  feature('away_shot_accuracy', 'Share of the shots of the away team that were on target, lately', UNWATCHED),
  feature('home_points_per_game', 'Points per game of the home team, shrunk to its last season', UNWATCHED),
  feature('away_points_per_game', 'Points per game of the away team, shrunk to its last season', UNWATCHED),
  feature('home_promoted', 'Whether the home team played in a lower league last season, 0 or 1'),
  feature('away_promoted', 'Whether the away team played in a lower league last season, 0 or 1'),
  feature('round', 'Matches that both teams have played this season, on average', UNWATCHED),
] as const;

/** Features by name; NaN = missing. */
export type NamedFeatures = Readonly<Record<(typeof FEATURES)[number]['name'], number>>;

export const SCHEMA: FeatureSchema = { features: FEATURES };
