import type { FitCount } from '../run/outputs.js';
import type { TrainingPiece } from './training-piece.js';

/** Share of the fitting that is done, 0..1: a fit counts by the rows it is fitted on. */
export function fractionDone(pieces: readonly TrainingPiece[]): number {
  let done = 0;
  let all = 0;
  for (const { work, status, progress } of pieces) {
    all += work.fitRows;
    done += work.fitRows * (status === 'queued' ? 0 : status === 'running' ? progress : 1);
  }
  return all === 0 ? 0 : done / all;
}

/** What became of the fits of a run. */
export function countFits(pieces: readonly TrainingPiece[]): FitCount {
  const done = pieces.filter(({ cached, status }) => status === 'fitted' && !cached);
  return {
    total: pieces.length,
    cached: pieces.filter(({ cached }) => cached).length,
    failed: pieces.filter(({ status }) => status === 'failed').length,
    seconds: done.reduce((sum, piece) => sum + secondsOf(piece), 0),
  };
}

function secondsOf({ startedAt, finishedAt }: TrainingPiece): number {
  return startedAt && finishedAt ? (finishedAt.getTime() - startedAt.getTime()) / 1000 : 0;
}
