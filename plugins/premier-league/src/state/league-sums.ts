/** Worth of a shot in goals; from regressions of goals on shots over many seasons of several leagues. */
const GOALS_PER_SHOT_ON_TARGET = 0.295;
const GOALS_PER_SHOT_OFF_TARGET = 0.03;

/** A match older by this many matches counts half in the league's averages. */
const HALF_LIFE_MATCHES = 250;
const DECAY = Math.pow(0.5, 1 / HALF_LIFE_MATCHES);
/** Matches' worth of prior, so that the first results do not swing the averages. */
const PRIOR_WEIGHT = 40;
/** Bounds of goals per chance: counting of shots changes by less. */
const LOWEST_SCALE = 0.5;
const HIGHEST_SCALE = 2;
const USUAL_HOME_GOALS = 1.52;
const USUAL_AWAY_GOALS = 1.14;
const USUAL_CHANCES = 2.6;

/** Running averages of the whole league over roughly the last season; immutable. */
export interface LeagueAverages {
  readonly homeGoals: number;
  readonly awayGoals: number;
  /** Goals per goal that the shots were worth: follows changes in how shots are counted. */
  readonly goalsPerChance: number;
}

export class LeagueSums {
  private constructor(
    private readonly weight: number,
    private readonly homeGoals: number,
    private readonly awayGoals: number,
    private readonly goalsWithShots: number,
    private readonly chances: number,
  ) {}

  static empty(): LeagueSums {
    const goals = USUAL_HOME_GOALS + USUAL_AWAY_GOALS;
    return new LeagueSums(
      PRIOR_WEIGHT,
      PRIOR_WEIGHT * USUAL_HOME_GOALS,
      PRIOR_WEIGHT * USUAL_AWAY_GOALS,
      PRIOR_WEIGHT * goals,
      PRIOR_WEIGHT * USUAL_CHANCES,
    );
  }

  /** `chances` = value of both sides' shots, undefined when they are unknown. */
  plus(homeGoals: number, awayGoals: number, chances: number | undefined): LeagueSums {
    const known = chances !== undefined;
    return new LeagueSums(
      this.weight * DECAY + 1,
      this.homeGoals * DECAY + homeGoals,
      this.awayGoals * DECAY + awayGoals,
      known ? this.goalsWithShots * DECAY + homeGoals + awayGoals : this.goalsWithShots,
      known ? this.chances * DECAY + chances : this.chances,
    );
  }

  averages(): LeagueAverages {
    return {
      homeGoals: this.homeGoals / this.weight,
      awayGoals: this.awayGoals / this.weight,
      goalsPerChance: Math.min(HIGHEST_SCALE, Math.max(LOWEST_SCALE, this.goalsWithShots / this.chances)),
    };
  }
}

/** Goals that a side's shots were worth, before scaling to the league's goals. */
export function shotValue(shots: number, onTarget: number): number {
  return GOALS_PER_SHOT_ON_TARGET * onTarget + GOALS_PER_SHOT_OFF_TARGET * Math.max(0, shots - onTarget);
}
