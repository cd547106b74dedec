const START = 1500;
/** Points that a promoted team stands below the league's mean. */
const PROMOTED_GAP = 90;
const HOME_ADVANTAGE = 60;
const SPEED = 20;

/**
 * Elo ratings that move further on a wider margin of goals (the factor is ln(margin + 1), damped for favourites, as in
 * the public NFL ratings of FiveThirtyEight).
 */
export class EloRatings {
  private constructor(private readonly ratings: Map<number, number>) {}

  static empty(): EloRatings {
    return new EloRatings(new Map());
  }

  copy(): EloRatings {
    return new EloRatings(new Map(this.ratings));
  }

  /** Points; everybody starts equal. */
  of(team: number): number {
    return this.ratings.get(team) ?? START;
  }

  /** Where a promoted team stands in this league, whatever it was rated when it last left it. */
  entryLevel(league: readonly number[]): number {
    if (league.length === 0) return START;
    return league.reduce((sum, team) => sum + this.of(team), 0) / league.length - PROMOTED_GAP;
  }

  enter(team: number, level: number): void {
    this.ratings.set(team, level);
  }

  learn(home: number, away: number, goalDifference: number): void {
    const homeRating = this.of(home);
    const awayRating = this.of(away);
    const advantage = homeRating + HOME_ADVANTAGE - awayRating;
    const expected = 1 / (1 + Math.pow(10, -advantage / 400));
    const score = goalDifference > 0 ? 1 : goalDifference < 0 ? 0 : 0.5;
    const winnersAdvantage = goalDifference >= 0 ? advantage : -advantage;
    const margin =
      goalDifference === 0 ? 1 : Math.log(Math.abs(goalDifference) + 1) * (2.2 / (winnersAdvantage * 0.001 + 2.2));
    const change = SPEED * margin * (score - expected);
    this.ratings.set(home, homeRating + change);
    this.ratings.set(away, awayRating - change);
  }
}
