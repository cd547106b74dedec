/** What one match told about strength: goals, or goals mixed with the chances that the shots were worth. */
export interface RatedMatch {
  /** Team numbers. */
  readonly home: number;
  readonly away: number;
  /** Non-negative; need not be whole. */
  readonly homeValue: number;
  readonly awayValue: number;
}

/** A team whose matches weigh less than this together is forgotten. */
const FORGOTTEN_WEIGHT = 0.5;

/**
 * Weighted sums over all matches, by scoring and defending team: all that the likelihood of a Poisson model needs.
 *
 * Weights halve with every half-life, so a day is added in the time of a few matrix operations however many matches came
 * before, and memory is bounded by the teams of the last seasons. Immutable once built.
 */
export class PairSums {
  /** Row = place of the scoring team, column = place of the defending team. */
  private constructor(
    /** Team numbers by place, ascending. */
    readonly teams: readonly number[],
    /** Weights of matches in which the scoring team was at home, and away. */
    readonly atHome: Float64Array,
    readonly atAway: Float64Array,
    /** Weighted values scored at home, and away. */
    readonly scoredAtHome: Float64Array,
    readonly scoredAway: Float64Array,
  ) {}

  static empty(): PairSums {
    return PairSums.of([]);
  }

  private static of(teams: readonly number[]): PairSums {
    const matrix = () => new Float64Array(teams.length * teams.length);
    return new PairSums(teams, matrix(), matrix(), matrix(), matrix());
  }

  /** All that was known, weighing `decay` (0..1] of what it did, and new matches at full weight. */
  plus(matches: readonly RatedMatch[], decay: number): PairSums {
    const playing = matches.flatMap(({ home, away }) => [home, away]);
    const sums = this.among([...this.remembered(decay), ...playing], decay);
    const place = new Map(sums.teams.map((team, index) => [team, index]));
    const size = sums.teams.length;
    for (const match of matches) {
      const home = place.get(match.home)!;
      const away = place.get(match.away)!;
      sums.atHome[home * size + away]! += 1;
      sums.scoredAtHome[home * size + away]! += match.homeValue;
      sums.atAway[away * size + home]! += 1;
      sums.scoredAway[away * size + home]! += match.awayValue;
    }
    return sums;
  }

  /** Teams whose matches still weigh something. */
  private remembered(decay: number): readonly number[] {
    const size = this.teams.length;
    return this.teams.filter((_, row) => {
      let weight = 0;
      for (let column = 0; column < size; column += 1) {
        weight += this.atHome[row * size + column]! + this.atAway[row * size + column]!;
      }
      return weight * decay >= FORGOTTEN_WEIGHT;
    });
  }

  /** The decayed sums of matches between these teams. */
  private among(chosen: readonly number[], decay: number): PairSums {
    const teams = [...new Set(chosen)].sort((a, b) => a - b);
    const sums = PairSums.of(teams);
    const from = teams.map((team) => this.teams.indexOf(team));
    const size = this.teams.length;
    for (let row = 0; row < teams.length; row += 1) {
      for (let column = 0; column < teams.length; column += 1) {
        if (from[row]! < 0 || from[column]! < 0) continue;
        const source = from[row]! * size + from[column]!;
        const target = row * teams.length + column;
        sums.atHome[target] = this.atHome[source]! * decay;
        sums.atAway[target] = this.atAway[source]! * decay;
        sums.scoredAtHome[target] = this.scoredAtHome[source]! * decay;
        sums.scoredAway[target] = this.scoredAway[source]! * decay;
      }
    }
    return sums;
  }
}
