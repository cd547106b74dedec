import type { FitCount } from '../run/outputs.js';
import type { TrainingPiece } from './training-piece.js';

/** How the fits of a run are getting on. */
export interface FittingProgress {
  /** Share of the fitting that is done, 0..1: a fit counts by the rows it is fitted on. */
  readonly fraction: number;
  /** Seconds until the last fit is done, going by the fits that are; undefined before the first is. */
  readonly etaSeconds?: number;
  readonly total: number;
  readonly done: number;
  readonly running: number;
  readonly cached: number;
  readonly failed: number;
}

/**
 * The progress of a run by its pieces.
 *
 * A fit is expected to take as long per row as those of its trainer that are done (or as all that are done), spread over as
 * many trainers as are at work now. The fit of the candidate, which comes last and alone, is counted before its piece is there.
 */
export function progressOf(pieces: readonly TrainingPiece[]): FittingProgress {
  const rowsOf = (piece: TrainingPiece) => piece.work.fitRows;
  const candidate = pieces.find(({ work }) => !work.judged);
  const coming = candidate ? 0 : Math.max(0, ...pieces.map(({ work }) => work.judged?.to ?? 0));
  const all = sum(pieces, rowsOf) + coming;
  const left = (piece: TrainingPiece) => rowsOf(piece) * (1 - doneOf(piece));
  const running = pieces.filter(({ status }) => status === 'running').length;
  const pace = paceOf(pieces);
  const spread = pace && sum(pieces, (piece) => left(piece) * pace(piece.work.recipe.use)) / Math.max(1, running);
  return {
    fraction: all === 0 ? 0 : 1 - (sum(pieces, left) + coming) / all,
    ...(pace && spread !== undefined ? { etaSeconds: spread + coming * pace() } : {}),
    total: pieces.length + (candidate || pieces.length === 0 ? 0 : 1),
    done: pieces.filter(({ status }) => status === 'fitted').length,
    running,
    cached: pieces.filter(({ cached }) => cached).length,
    failed: pieces.filter(({ status }) => status === 'failed').length,
  };
}

/** What became of the fits of a run. */
export function countFits(pieces: readonly TrainingPiece[]): FitCount {
  return {
    total: pieces.length,
    cached: pieces.filter(({ cached }) => cached).length,
    failed: pieces.filter(({ status }) => status === 'failed').length,
    seconds: sum(pieces.filter(wasFitted), secondsOf),
  };
}

/** Seconds per row of the fits that are done, of one trainer or of all. */
function paceOf(pieces: readonly TrainingPiece[]): ((trainer?: string) => number) | undefined {
  const done = pieces.filter(wasFitted);
  if (done.length === 0) return undefined;
  const pace = (of: readonly TrainingPiece[]) => sum(of, secondsOf) / sum(of, ({ work }) => work.fitRows);
  return (trainer) => {
    const own = done.filter(({ work }) => work.recipe.use === trainer);
    return pace(own.length > 0 ? own : done);
  };
}

const wasFitted = ({ status, cached }: TrainingPiece): boolean => status === 'fitted' && !cached;

const doneOf = ({ status, progress }: TrainingPiece): number =>
  status === 'queued' ? 0 : status === 'running' ? progress : 1;

function secondsOf({ startedAt, finishedAt }: TrainingPiece): number {
  return startedAt && finishedAt ? (finishedAt.getTime() - startedAt.getTime()) / 1000 : 0;
}

function sum(pieces: readonly TrainingPiece[], of: (piece: TrainingPiece) => number): number {
  return pieces.reduce((total, piece) => total + of(piece), 0);
}
