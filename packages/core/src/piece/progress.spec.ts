import { aPiece } from '../testing/builders.js';
import { countFits, progressOf } from './progress.js';
import type { TrainingPiece } from './training-piece.js';

const at = (seconds: number) => new Date(Date.UTC(2024, 0, 1) + seconds * 1000);

/** A piece fitted on so many rows, of 100 of the snapshot. */
function piece(fitRows: number, over: Partial<TrainingPiece> = {}, use = 'tiny_softmax'): TrainingPiece {
  const given = aPiece();
  const work = { ...given.work, fitRows, judged: { from: fitRows, to: 100 }, recipe: { use, with: {} } };
  const row = { runId: 'run', model: 'coin', attempt: 1, progress: 0, createdAt: at(0), cached: false };
  return { ...given, ...row, status: 'queued', work, ...over };
}

const fitted = (seconds: number) => ({ status: 'fitted', startedAt: at(0), finishedAt: at(seconds) }) as const;

describe('the progress of the fits', () => {
  it('is nothing before there are any', () => {
    expect(progressOf([])).toEqual({ fraction: 0, total: 0, done: 0, running: 0, cached: 0, failed: 0 });
  });

  it('counts a fit by its rows, and the one of the candidate before it is there', () => {
    const pieces = [piece(60, fitted(6)), piece(40, { status: 'running', progress: 0.5 }), piece(40), piece(60)];
    const progress = progressOf(pieces);
    expect(progress).toMatchObject({ total: 5, done: 1, running: 1, cached: 0, failed: 0 });
    expect(progress.fraction).toBeCloseTo((60 + 20) / 300);
    // 0.1 s a row: 120 rows by the one trainer at work, then 100 for the candidate.
    expect(progress.etaSeconds).toBeCloseTo(12 + 10);
  });

  it('knows no end before a fit is done, and goes by no fit that was taken over', () => {
    const pieces = [piece(50, { ...fitted(0), cached: true }), piece(50, { status: 'running', progress: 0.1 })];
    expect(progressOf(pieces)).toMatchObject({ done: 1, cached: 1 });
    expect(progressOf(pieces).etaSeconds).toBeUndefined();
  });

  it('goes by the trainer, and spreads what is left over those at work', () => {
    const running = { status: 'running', progress: 0 } as const;
    const candidate = piece(100, { status: 'queued' });
    const pieces = [
      ...[piece(50, fitted(5)), piece(50, fitted(50), 'slow'), piece(50, running), piece(50, running, 'slow')],
      { ...candidate, work: { ...candidate.work, judged: undefined } },
    ];
    expect(progressOf(pieces).etaSeconds).toBeCloseTo((5 + 50 + 10) / 2);
  });

  it('is over at the end, whatever failed', () => {
    const pieces = [piece(50, fitted(5)), piece(50, { status: 'failed' }), piece(100, fitted(9))];
    const last = { ...pieces[2]!, work: { ...pieces[2]!.work, judged: undefined } };
    expect(progressOf([...pieces.slice(0, 2), last])).toMatchObject({
      fraction: 1,
      etaSeconds: 0,
      failed: 1,
      total: 3,
    });
    expect(countFits([...pieces.slice(0, 2), last])).toEqual({ total: 3, cached: 0, failed: 1, seconds: 14 });
  });
});
