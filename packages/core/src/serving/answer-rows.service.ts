import type { Split } from '../prediction/prediction.js';
import type { RolloutArm } from '../rollout/rollout.js';
import { armOf } from '../rollout/traffic-split.js';
import { unprocessable } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { ArmTallies } from './arm-tallies.service.js';
import type { LoadedVersion } from './loaded-version.js';
import type { Trial } from './rollout-holder.service.js';
import { VersionTallies } from './version-tallies.service.js';
import { scoreRows, type ScoredRows } from './score-rows.js';

/** One request as versions see it. */
export interface AskedRow {
  /** What ties requests of one caller together: always answered by the same version of a rollout. */
  readonly splitKey: string;
  readonly values: readonly number[];
}

/** Who answered, and what. */
export interface AnsweredRow {
  readonly arm: RolloutArm;
  readonly version: number;
  readonly scores: readonly number[];
  /** The columns of the row that the version has read; not given: all of them. */
  readonly columns?: readonly number[];
  /** Of an answer given during a rollout. */
  readonly split?: Split;
}

/**
 * Has each row answered by the version that the rollout assigns to it, or by the champion.
 *
 * Where the challenger is not in memory, throws or gives no finite answer, the champion answers: no request ever fails because
 * of a rollout.
 */
@Service()
export class AnswerRows {
  constructor(
    private readonly tallies: ArmTallies,
    private readonly champions: VersionTallies,
  ) {}

  /** In the order of the rows. Throws `not_scorable` when a row has no finite answer at all. */
  async execute(
    champion: LoadedVersion,
    trial: Trial | undefined,
    rows: readonly AskedRow[],
  ): Promise<readonly AnsweredRow[]> {
    const splits = rows.map(({ splitKey }) => trial && splitOf(trial, splitKey));
    const tried = indices(splits, (split) => split?.assigned === 'challenger');
    const tries = trial && tried.length > 0 ? await tryChallenger(trial, valuesOf(rows, tried)) : undefined;
    const answers: (AnsweredRow | undefined)[] = rows.map(() => undefined);
    tried.forEach((index, place) => {
      const scores = tries?.scores[place];
      if (!trial || !scores) return;
      const { challenger: version } = trial.rollout;
      answers[index] = { arm: 'challenger', version, scores, ...readOf(tries), split: splits[index] };
    });
    const left = indices(answers, (answer) => answer === undefined);
    const own = await this.scoreAsChampion(champion, valuesOf(rows, left));
    const { scores, milliseconds } = own;
    if (scores.includes(undefined)) {
      throw unprocessable('not_scorable', 'The model gives no finite answer for these features; nothing was recorded.');
    }
    left.forEach((index, place) => {
      const { version } = champion.version;
      const split = splits[index];
      const answer = { arm: 'champion' as const, version, scores: scores[place]!, ...readOf(own) };
      answers[index] = { ...answer, ...(split ? { split } : {}) };
    });
    if (trial) {
      // Counted only now: rows that nobody can score are the request's fault, and were refused as a whole above.
      this.tallies.scored(trial.rollout.id, 'champion', left.length, milliseconds);
      this.countTries(trial, tried.length, tries);
    }
    return answers as readonly AnsweredRow[];
  }

  /** What gets no answer counts against the version: of odd requests the versions before it got their share too. */
  private async scoreAsChampion(champion: LoadedVersion, rows: readonly (readonly number[])[]): Promise<ScoredRows> {
    const { model, version } = champion.version;
    const scored = await scoreRows(champion, rows).catch((error: unknown) => {
      this.champions.failed(model, version, rows.length);
      throw error;
    });
    const failed = scored.scores.filter((row) => row === undefined).length;
    if (failed > 0) this.champions.failed(model, version, failed);
    this.champions.scored(model, version, rows.length - failed, scored.milliseconds);
    return scored;
  }

  private countTries({ rollout }: Trial, tried: number, tries: ScoredRows | undefined): void {
    const finite = tries?.scores.filter((row) => row !== undefined).length ?? 0;
    this.tallies.scored(rollout.id, 'challenger', finite, tries?.milliseconds ?? 0);
    this.tallies.failed(rollout.id, 'challenger', tried - finite);
  }
}

function splitOf({ rollout }: Trial, key: string): Split {
  return { rolloutId: rollout.id, share: rollout.share, assigned: armOf(rollout, key) };
}

const readOf = ({ columns }: ScoredRows) => (columns ? { columns } : {});

/** Undefined when the challenger is not in memory or throws. */
async function tryChallenger(
  { challenger }: Trial,
  values: readonly (readonly number[])[],
): Promise<ScoredRows | undefined> {
  return challenger.use((loaded) => scoreRows(loaded, values))?.catch(() => undefined);
}

function indices<T>(items: readonly T[], matches: (item: T) => boolean): readonly number[] {
  return items.flatMap((item, index) => (matches(item) ? [index] : []));
}

function valuesOf(rows: readonly AskedRow[], wanted: readonly number[]): readonly (readonly number[])[] {
  return wanted.map((index) => rows[index]!.values);
}
