import type { NamedFeatures } from '../features.js';
import { dayNumber, seasonOf, type Fixture, type Match, type SideCount } from '../match/match.js';
import { removeMargin } from '../odds/remove-margin.js';
import { EloRatings } from '../strength/elo.js';
import { fromLogRatios, goalOutcomes, logRatios, type LogRatios } from '../strength/goal-outcomes.js';
import { expectedValues } from '../strength/poisson-ratings.js';
import { LeagueSums, shotValue } from './league-sums.js';
import { MarketImitation, type ImitationInputs } from './market-imitation.js';
import { CHANCE_RATINGS, GOAL_RATINGS, RatedLeague } from './rated-league.js';
import { SeasonTable } from './season-table.js';
import { ShotForms } from './shot-form.js';

/** Share of goals in a match's chances; the rest is the worth of its shots. */
const GOAL_SHARE = 0.5;

/** What the strengths known so far say of a fixture, before anybody's odds. */
interface Strengths {
  readonly features: Omit<NamedFeatures, 'market_home' | 'market_draw' | 'market_away'>;
  readonly inputs: ImitationInputs;
  readonly implied: LogRatios;
}

/** Everything known of the league after the matches learned so far; teams go by numbers, in order of first appearance. */
export class LeagueKnowledge {
  private constructor(
    private readonly numbers: Map<string, number>,
    private readonly table: SeasonTable,
    private readonly elo: EloRatings,
    private readonly forms: ShotForms,
    private readonly imitation: MarketImitation,
    private league: LeagueSums,
    private goalStrength: RatedLeague,
    private chanceStrength: RatedLeague,
  ) {}

  static empty(): LeagueKnowledge {
    return new LeagueKnowledge(
      new Map(),
      SeasonTable.empty(),
      EloRatings.empty(),
      ShotForms.empty(),
      MarketImitation.empty(),
      LeagueSums.empty(),
      RatedLeague.empty(GOAL_RATINGS),
      RatedLeague.empty(CHANCE_RATINGS),
    );
  }

  /** A copy that learns on its own; what never changes is shared. */
  copy(): LeagueKnowledge {
    return new LeagueKnowledge(
      new Map(this.numbers),
      this.table.copy(),
      this.elo.copy(),
      this.forms.copy(),
      this.imitation.copy(),
      this.league,
      this.goalStrength,
      this.chanceStrength,
    );
  }

  knows(team: string): boolean {
    return this.numbers.has(team);
  }

  /** All teams ever seen, by name. */
  teams(): readonly string[] {
    return [...this.numbers.keys()].sort();
  }

  /** Teams of the latest season, by name; until each has played once, those of the season before as well. */
  currentTeams(): readonly string[] {
    const current = new Set(this.table.teams());
    const last = this.table.lastTeams();
    if (current.size < last.length) last.forEach((team) => current.add(team));
    return this.teams().filter((team) => current.has(this.numbers.get(team)!));
  }

  /** Year in which the latest season began. */
  get season(): number | undefined {
    return this.table.currentSeason;
  }

  /** Whether a known team played in a lower league in the season before the fixture's. */
  isPromoted(team: string, fixture: Fixture): boolean {
    return this.table.at(seasonOfFixture(fixture)).isPromoted(this.numbers.get(team)!);
  }

  /** Features of a fixture between two known teams. */
  features(fixture: Fixture): NamedFeatures {
    const { features, inputs, implied } = this.strengths(fixture);
    const market = fixture.odds ? removeMargin(fixture.odds) : fromLogRatios(this.imitation.opinion(inputs, implied));
    const [home, draw, away] = market.map(Math.log) as [number, number, number];
    return { market_home: home, market_draw: draw, market_away: away, ...features };
  }

  /** Learns all matches of one date, which must not lie before those learned already. */
  learn(date: string, matches: readonly Match[]): void {
    for (const match of matches) this.enter(match);
    for (const match of matches) {
      if (!match.odds) continue;
      const { inputs, implied } = this.strengths(match);
      this.imitation.learn(inputs, implied, logRatios(removeMargin(match.odds)));
    }
    const scale = this.league.averages().goalsPerChance;
    const sides = matches.map((match) => ({
      home: this.numbers.get(match.home)!,
      away: this.numbers.get(match.away)!,
    }));
    const promoted = this.table.promoted();
    const today = dayNumber(date);
    this.goalStrength = this.goalStrength.plus(
      today,
      matches.map(({ goals }, index) => ({ ...sides[index]!, homeValue: goals.home, awayValue: goals.away })),
      promoted,
    );
    this.chanceStrength = this.chanceStrength.plus(
      today,
      matches.map((match, index) => {
        const { home, away } = chancesOf(match, scale);
        return { ...sides[index]!, homeValue: home, awayValue: away };
      }),
      promoted,
    );
    matches.forEach((match, index) => this.learnMatch(match, sides[index]!.home, sides[index]!.away));
  }

  /** The teams of a match join its season if they have not yet. */
  private enter(match: Match): void {
    this.table.begin(match.season);
    for (const name of [match.home, match.away]) {
      if (!this.numbers.has(name)) this.numbers.set(name, this.numbers.size);
      const team = this.numbers.get(name)!;
      if (this.table.has(team)) continue;
      this.elo.enter(team, this.eloOf(team, this.table));
      this.table.join(team);
    }
  }

  private learnMatch(match: Match, home: number, away: number): void {
    const { goals, shots, shotsOnTarget: onTarget } = match;
    const difference = goals.home - goals.away;
    this.elo.learn(home, away, difference);
    this.table.learn(home, points(difference));
    this.table.learn(away, points(-difference));
    const worth = worthOfShots(match);
    this.league = this.league.plus(goals.home, goals.away, worth && worth.home + worth.away);
    if (!shots || !onTarget) return;
    this.forms.learn(home, shots.home, shots.away, onTarget.home, onTarget.away);
    this.forms.learn(away, shots.away, shots.home, onTarget.away, onTarget.home);
  }

  private strengths(fixture: Fixture): Strengths {
    const table = this.table.at(seasonOfFixture(fixture));
    const home = this.numbers.get(fixture.home)!;
    const away = this.numbers.get(fixture.away)!;
    const chances = expectedValues(this.chanceStrength.ratings, home, away, CHANCE_RATINGS);
    const goals = expectedValues(this.goalStrength.ratings, home, away, GOAL_RATINGS);
    const byChances = logRatios(goalOutcomes(chances.home, chances.away));
    const byGoals = logRatios(goalOutcomes(goals.home, goals.away));
    const homeForm = this.forms.of(home);
    const awayForm = this.forms.of(away);
    const features = {
      chances_balance: byChances.balance,
      goals_balance: byGoals.balance,
      expected_home_goals: Math.log(chances.home),
      expected_away_goals: Math.log(chances.away),
      elo_difference: (this.eloOf(home, table) - this.eloOf(away, table)) / 100,
      home_shot_share: homeForm?.shotShare ?? NaN,
      away_shot_share: awayForm?.shotShare ?? NaN,
      home_on_target_share: homeForm?.onTargetShare ?? NaN,
      away_on_target_share: awayForm?.onTargetShare ?? NaN,
      home_shot_accuracy: homeForm?.accuracy ?? NaN,
      away_shot_accuracy: awayForm?.accuracy ?? NaN,
      home_points_per_game: table.pointsPerGame(home),
      away_points_per_game: table.pointsPerGame(away),
      home_promoted: table.isPromoted(home) ? 1 : 0,
      away_promoted: table.isPromoted(away) ? 1 : 0,
      round: (table.played(home) + table.played(away)) / 2,
    };
    const { homeGoals, awayGoals } = this.league.averages();
    const inputs: ImitationInputs = [
      1,
      byChances.balance,
      byChances.draw,
      byGoals.balance,
      byGoals.draw,
      features.elo_difference,
      features.home_points_per_game,
      features.away_points_per_game,
      features.home_promoted,
      features.away_promoted,
      Math.log(homeGoals / awayGoals),
      homeForm && awayForm ? homeForm.shotShare - awayForm.shotShare : 0,
      homeForm && awayForm ? homeForm.onTargetShare - awayForm.onTargetShare : 0,
    ];
    return { features, inputs, implied: byChances };
  }

  /** A team that has come up counts as an average newcomer until it has played, whatever it was when it went down. */
  private eloOf(team: number, table: SeasonTable): number {
    if (table.has(team) || !table.isPromoted(team)) return this.elo.of(team);
    return this.elo.entryLevel(table.lastTeams());
  }
}

function seasonOfFixture({ season, date }: Fixture): number | undefined {
  return season ?? (date === undefined ? undefined : seasonOf(date));
}

function points(difference: number): number {
  return difference > 0 ? 3 : difference === 0 ? 1 : 0;
}

function worthOfShots({ shots, shotsOnTarget }: Match): SideCount | undefined {
  if (!shots || !shotsOnTarget) return undefined;
  return { home: shotValue(shots.home, shotsOnTarget.home), away: shotValue(shots.away, shotsOnTarget.away) };
}

/** Goals mixed with what the shots were worth (scaled to goals); goals alone where no shots are known. */
function chancesOf(match: Match, scale: number): SideCount {
  const worth = worthOfShots(match);
  if (!worth) return match.goals;
  const mix = (goals: number, value: number) => GOAL_SHARE * goals + (1 - GOAL_SHARE) * value * scale;
  return { home: mix(match.goals.home, worth.home), away: mix(match.goals.away, worth.away) };
}
