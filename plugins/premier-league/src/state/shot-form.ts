/** A match older by this many of the team's own matches counts half. */
const HALF_LIFE_MATCHES = 6;
const DECAY = Math.pow(0.5, 1 / HALF_LIFE_MATCHES);

/** How a team shoots, exponentially weighted over its matches; every number in 0..1. */
export interface ShotForm {
  /** Own share of all shots in its matches. */
  readonly shotShare: number;
  /** Own share of all shots on target in its matches. */
  readonly onTargetShare: number;
  /** Share of its own shots that were on target. */
  readonly accuracy: number;
}

interface Sums {
  readonly shotsFor: number;
  readonly shotsAgainst: number;
  readonly onTargetFor: number;
  readonly onTargetAgainst: number;
}

/** Shot form of every team; a team without any shots on record has none. */
export class ShotForms {
  private constructor(private readonly sums: Map<number, Sums>) {}

  static empty(): ShotForms {
    return new ShotForms(new Map());
  }

  copy(): ShotForms {
    return new ShotForms(new Map(this.sums));
  }

  of(team: number): ShotForm | undefined {
    const sums = this.sums.get(team);
    if (!sums) return undefined;
    return {
      shotShare: share(sums.shotsFor, sums.shotsAgainst),
      onTargetShare: share(sums.onTargetFor, sums.onTargetAgainst),
      accuracy: sums.onTargetFor / Math.max(sums.shotsFor, Number.EPSILON),
    };
  }

  learn(team: number, shotsFor: number, shotsAgainst: number, onTargetFor: number, onTargetAgainst: number): void {
    const before = this.sums.get(team) ?? NOTHING;
    this.sums.set(team, {
      shotsFor: before.shotsFor * DECAY + shotsFor,
      shotsAgainst: before.shotsAgainst * DECAY + shotsAgainst,
      onTargetFor: before.onTargetFor * DECAY + onTargetFor,
      onTargetAgainst: before.onTargetAgainst * DECAY + onTargetAgainst,
    });
  }
}

function share(own: number, other: number): number {
  return own + other > 0 ? own / (own + other) : 0.5;
}

const NOTHING: Sums = { shotsFor: 0, shotsAgainst: 0, onTargetFor: 0, onTargetAgainst: 0 };
