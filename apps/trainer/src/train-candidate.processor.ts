import { Injectable } from '@nestjs/common';
import { TrainPieceService, type JobProcessor, type PieceJob } from '@retrain/core';

/** One delivery of a piece of a run. */
@Injectable()
export class TrainCandidateProcessor implements JobProcessor<'train-candidate'> {
  readonly job = 'train-candidate';

  constructor(private readonly training: TrainPieceService) {}

  process({ pieceId }: PieceJob, signal: AbortSignal): Promise<void> {
    return this.training.execute(pieceId, signal);
  }
}
