import { PairSums, type RatedMatch } from '../strength/pair-sums.js';
import {
  fitPoissonRatings,
  NO_RATINGS,
  type PoissonRatingOptions,
  type PoissonRatings,
} from '../strength/poisson-ratings.js';

/** Chances tell strength with less noise than goals do, so ratings on them may forget sooner. */
export const CHANCE_RATINGS: PoissonRatingOptions = {
  halfLifeDays: 200,
  ridge: 8,
  promotedAttack: -0.2,
  promotedDefence: -0.15,
};

export const GOAL_RATINGS: PoissonRatingOptions = {
  halfLifeDays: 300,
  ridge: 10,
  promotedAttack: -0.2,
  promotedDefence: -0.15,
};

/** Ratings together with what they were fitted to; immutable. */
export class RatedLeague {
  private constructor(
    private readonly options: PoissonRatingOptions,
    private readonly latestDay: number,
    private readonly sums: PairSums,
    readonly ratings: PoissonRatings,
  ) {}

  static empty(options: PoissonRatingOptions): RatedLeague {
    return new RatedLeague(options, 0, PairSums.empty(), NO_RATINGS);
  }

  /** Adds the matches of a later day (days since 1970-01-01) and rates everybody anew. */
  plus(day: number, matches: readonly RatedMatch[], promoted: ReadonlySet<number>): RatedLeague {
    const decay = Math.pow(0.5, (day - this.latestDay) / this.options.halfLifeDays);
    const sums = this.sums.plus(matches, decay);
    return new RatedLeague(this.options, day, sums, fitPoissonRatings(sums, promoted, this.ratings, this.options));
  }
}
