/** Probabilities of home win, draw and away win. */
export type Outcomes = readonly [home: number, draw: number, away: number];

const MOST_GOALS = 12;

/**
 * Probabilities of a result when both sides score independent Poisson goals with these means.
 *
 * Summed up to 12 goals a side and scaled to one; every probability is positive.
 */
export function goalOutcomes(homeMean: number, awayMean: number): Outcomes {
  const home = poisson(homeMean);
  const away = poisson(awayMean);
  let homeWin = 0;
  let draw = 0;
  let awayWin = 0;
  let homeFewer = 0;
  let awayFewer = 0;
  for (let goals = 0; goals <= MOST_GOALS; goals += 1) {
    homeWin += home[goals]! * awayFewer;
    draw += home[goals]! * away[goals]!;
    awayWin += away[goals]! * homeFewer;
    homeFewer += home[goals]!;
    awayFewer += away[goals]!;
  }
  const all = homeWin + draw + awayWin;
  return [homeWin / all, draw / all, awayWin / all];
}

function poisson(mean: number): number[] {
  const probabilities = [Math.exp(-mean)];
  for (let goals = 1; goals <= MOST_GOALS; goals += 1) {
    probabilities.push((probabilities[goals - 1]! * mean) / goals);
  }
  return probabilities;
}

/** Two numbers that say the same as three probabilities, on the scale on which a softmax is linear. */
export interface LogRatios {
  /** ln(home / away) */
  readonly balance: number;
  /** ln(draw / sqrt(home x away)) */
  readonly draw: number;
}

export function logRatios([home, draw, away]: Outcomes): LogRatios {
  return { balance: Math.log(home / away), draw: Math.log(draw) - (Math.log(home) + Math.log(away)) / 2 };
}

/** Inverse of {@link logRatios}. */
export function fromLogRatios({ balance, draw }: LogRatios): Outcomes {
  const home = Math.exp(balance / 2);
  const away = Math.exp(-balance / 2);
  const level = Math.exp(draw);
  const all = home + level + away;
  return [home / all, level / all, away / all];
}
