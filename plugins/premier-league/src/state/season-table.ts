/** Points per game that a promoted team collects on average in its first season. */
const PROMOTED_POINTS_PER_GAME = 1.07;
const USUAL_POINTS_PER_GAME = 1.37;
/** Games of the last season (or of the promoted average) that points per game of this season are mixed with. */
const PRIOR_GAMES = 12;

interface Standing {
  readonly played: number;
  readonly points: number;
}

/** Who plays in which season and how many points they have; seasons are numbered by the year they start. */
export class SeasonTable {
  private constructor(
    private season: number | undefined,
    private readonly current: Map<number, Standing>,
    private previous: ReadonlyMap<number, Standing>,
  ) {}

  static empty(): SeasonTable {
    return new SeasonTable(undefined, new Map(), new Map());
  }

  copy(): SeasonTable {
    return new SeasonTable(this.season, new Map(this.current), this.previous);
  }

  get currentSeason(): number | undefined {
    return this.season;
  }

  teams(): readonly number[] {
    return [...this.current.keys()];
  }

  /** Teams of the season before. */
  lastTeams(): readonly number[] {
    return [...this.previous.keys()];
  }

  /** Teams of the current season that did not play in the one before; none as long as only one season is known. */
  promoted(): ReadonlySet<number> {
    if (this.previous.size === 0) return new Set();
    return new Set(this.teams().filter((team) => !this.previous.has(team)));
  }

  /** The view of a season that may not have begun yet: its table is then empty, and the current one becomes the last. */
  at(season: number | undefined): SeasonTable {
    if (this.season === undefined || season === undefined || season <= this.season) return this;
    return new SeasonTable(season, new Map(), this.current);
  }

  /** Turns the page when the season is a later one. Returns whether it was. */
  begin(season: number): boolean {
    if (this.season !== undefined && season <= this.season) return false;
    this.previous = new Map(this.current);
    this.current.clear();
    this.season = season;
    return true;
  }

  has(team: number): boolean {
    return this.current.has(team);
  }

  isPromoted(team: number): boolean {
    return this.previous.size > 0 && !this.previous.has(team);
  }

  played(team: number): number {
    return this.current.get(team)?.played ?? 0;
  }

  /** 0..3, shrunk towards the last season's. */
  pointsPerGame(team: number): number {
    const { played, points } = this.current.get(team) ?? { played: 0, points: 0 };
    const last = this.previous.get(team);
    const prior =
      last && last.played > 0
        ? last.points / last.played
        : this.previous.size > 0
          ? PROMOTED_POINTS_PER_GAME
          : USUAL_POINTS_PER_GAME;
    return (points + PRIOR_GAMES * prior) / (played + PRIOR_GAMES);
  }

  join(team: number): void {
    this.current.set(team, { played: 0, points: 0 });
  }

  learn(team: number, points: number): void {
    const { played, points: before } = this.current.get(team)!;
    this.current.set(team, { played: played + 1, points: before + points });
  }
}
