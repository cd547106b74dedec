import type { ArtifactRef } from '../model/model-version.js';
import type { Recipe } from '../run/trainer-definition.js';
import type { RunFailure } from '../run/training-run.js';

/** Everything that the fit of a piece is given: equal work gives equal bytes, whoever does it. */
export interface PieceWork {
  /** The rows of the run, as `prepare` froze them. */
  readonly snapshot: ArtifactRef;
  /** Fitted on rows [0, fitRows) of them. */
  readonly fitRows: number;
  /** Scores rows [from, to); without it the model itself is what is wanted. */
  readonly judged?: { readonly from: number; readonly to: number };
  readonly recipe: Recipe;
  /** Names of the features that the fit may read, in their order; not given: all of the rows. */
  readonly features?: readonly string[];
  readonly seed: number;
  /** Written into the artifact. */
  readonly lineage: Readonly<Record<string, string>>;
  /** The model that the fit may begin from. */
  readonly initial?: ArtifactRef;
}

/** `queued` waits for a trainer, `running` is held by one, the others are final. */
export type PieceStatus = 'queued' | 'running' | 'fitted' | 'failed';

/** What a fitted piece leaves in the artifact store. */
export interface PieceResult {
  /** Scores of the judged rows, or the account of the model: decoded by `decodeOutcome`. */
  readonly outcome: ArtifactRef;
  /** The model, where it is what was wanted. */
  readonly artifact?: ArtifactRef;
}

/** One fit of a run: the unit of work that trainers share. */
export interface TrainingPiece {
  readonly id: string;
  readonly runId: string;
  readonly model: string;
  /** Names the work by its content; one piece of a key per run. */
  readonly key: string;
  readonly work: PieceWork;
  readonly status: PieceStatus;
  /** Claims so far; one that was handed back does not count. */
  readonly attempt: number;
  /** Fences every write of an attempt. */
  readonly attemptToken?: string;
  /** The attempt is presumed dead when its lease ran out. */
  readonly leaseUntil?: Date;
  /** 0..1 */
  readonly progress: number;
  readonly createdAt: Date;
  /** When the attempt that holds or finished it began. */
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  /** Whether another run had done the same work already. */
  readonly cached: boolean;
  readonly result?: PieceResult;
  readonly failure?: RunFailure;
}

export type NewTrainingPiece = Pick<TrainingPiece, 'id' | 'key' | 'work'>;

/** Whether a trainer may take the piece: it waits, or the one that held it is presumed dead. */
export function isClaimable({ status, leaseUntil }: TrainingPiece, now: Date): boolean {
  return status === 'queued' || (status === 'running' && !(leaseUntil && leaseUntil > now));
}

/** The block or the model that a piece is for, in words. */
export function toldPiece({ recipe, fitRows, judged }: PieceWork): string {
  return `${recipe.use} on ${fitRows} rows${judged ? `, judged on rows ${judged.from} to ${judged.to}` : ''}`;
}
