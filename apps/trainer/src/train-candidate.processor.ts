import { Injectable } from '@nestjs/common';
import { TrainPieceService, type JobProcessor, type PieceJob } from '@retrain/core';

/** One delivery: a piece waits for a trainer. */
@Injectable()
export class TrainCandidateProcessor implements JobProcessor<'train-candidate'> {
  readonly job = 'train-candidate';

  constructor(private readonly training: TrainPieceService) {}

  process(_payload: PieceJob, signal: AbortSignal): Promise<void> {
    return this.training.execute(signal);
  }
}
