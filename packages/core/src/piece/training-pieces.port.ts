import type { RunFailure, TrainingRun } from '../run/training-run.js';
import type { NewTrainingPiece, PieceResult, TrainingPiece } from './training-piece.js';

/**
 * The rows of pieces: each method that changes one is a compare-and-set that answers undefined/false when it lost.
 *
 * A run _wants_ its pieces while it is queued or running and nobody has asked it to stop.
 */
export abstract class TrainingPieces {
  /**
   * Adds pieces to a run, in this order; keys that it has already stay as they are, except that a retryable failure waits
   * again. Where another run has fitted the same key, its result is taken over and the piece is `fitted` and `cached`.
   */
  abstract add(run: Pick<TrainingRun, 'id' | 'model'>, pieces: readonly NewTrainingPiece[], now: Date): Promise<void>;
  /** Removes pieces of a run that are queued or running: whoever works on one finds it lost. */
  abstract withdraw(runId: string, keys: readonly string[]): Promise<void>;
  /** All pieces of a run, in the order in which they were added. */
  abstract ofRun(runId: string): Promise<readonly TrainingPiece[]>;
  abstract find(id: string): Promise<TrainingPiece | undefined>;

  /**
   * Takes a queued piece, or a running one whose lease has run out, under a new token: attempt + 1, progress 0.
   * Answers undefined when someone else holds it, it is final or gone, or its run does not want it.
   */
  abstract claim(id: string, token: string, now: Date, leaseUntil: Date): Promise<TrainingPiece | undefined>;
  /**
   * Takes the piece whose turn it is over all runs, as `claim` would: of the run on which the fewest trainers work now; of
   * several, the one that has waited longest since a piece of it was begun or put up; its first piece that is to be had.
   * Serialised, so that a run of a hundred pieces and a run of two get on side by side whatever the order of the deliveries.
   */
  abstract claimNext(token: string, now: Date, leaseUntil: Date): Promise<TrainingPiece | undefined>;
  /** Extends the lease and stores the progress; false when the token no longer holds the piece or its run does not want it. */
  abstract heartbeat(id: string, token: string, leaseUntil: Date, progress: number): Promise<boolean>;
  abstract complete(id: string, token: string, at: Date, result: PieceResult): Promise<boolean>;
  abstract fail(id: string, token: string, at: Date, failure: RunFailure): Promise<boolean>;
  /** Puts a running piece back as if it had not been taken. */
  abstract handBack(id: string, token: string): Promise<boolean>;
  /** Removes every fitted piece of the key, of all runs: its result cannot be read. */
  abstract forget(key: string): Promise<void>;
}
