import { JobQueue } from '../job/job-queue.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { RunTiming } from '../run/run-timing.js';
import type { StageContext } from '../run/stage.js';
import { Clock } from '../shared/clock.port.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import { FittingSlots } from './fitting-slots.js';
import { PieceBoard } from './piece-board.js';
import { pieceKey } from './piece-key.js';
import { TrainPieceService } from './train-piece.service.js';
import type { NewTrainingPiece, PieceWork, TrainingPiece } from './training-piece.js';
import { TrainingPieces } from './training-pieces.port.js';

/** Shares the fits of a run among all trainers. */
@Service()
export class SharePieces {
  constructor(
    readonly pieces: TrainingPieces,
    readonly artifacts: ArtifactStore,
    readonly training: TrainPieceService,
    readonly slots: FittingSlots,
    readonly clock: Clock,
    readonly timing: RunTiming,
    private readonly queue: JobQueue,
    private readonly plugins: PluginRegistry,
    private readonly ids: Ids,
  ) {}

  /** The board of a run's pieces, for as long as its stage lasts. */
  board(context: StageContext): PieceBoard {
    return new PieceBoard(this, context);
  }

  newPiece(runId: string, work: PieceWork): NewTrainingPiece {
    return { id: this.ids.next(), key: this.keyOf(runId, work), work };
  }

  keyOf(runId: string, work: PieceWork): string {
    const { trainers } = this.plugins;
    const trainer = trainers.has(work.recipe.use) ? trainers.get(work.recipe.use) : undefined;
    return pieceKey(work, runId, trainer);
  }

  /**
   * Tells the trainers of pieces that wait. What is lost on the way does not matter: the run's own trainer tells again, and
   * works on them itself.
   *
   * A delivery is for the piece whose turn it is by then, so that runs of several models get on side by side.
   */
  tell(pieces: readonly TrainingPiece[]): void {
    for (const piece of pieces) {
      const jobId = `${piece.id}-${piece.attempt}`;
      void this.queue.enqueue('train-candidate', { pieceId: piece.id }, { jobId }).catch(() => undefined);
    }
  }
}
