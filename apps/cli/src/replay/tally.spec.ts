import { figuresBySeason, figuresOf } from './tally.js';

const task = { kind: 'classification', classes: ['H', 'D', 'A'], ordered: true } as const;
const scored = (at: string, probabilities: number[], outcome: number) => ({ at: new Date(at), probabilities, outcome });

describe('figures of served answers', () => {
  it('are the share of right favourites and the mean negative log probability of what happened', () => {
    const figures = figuresOf(task, [
      scored('2016-08-13', [0.5, 0.25, 0.25], 0),
      scored('2016-08-14', [0.5, 0.25, 0.25], 1),
    ]);
    expect(figures.accuracy).toBe(0.5);
    expect(figures.log_loss).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 12);
  });

  it('stay finite when something happened that was called impossible', () => {
    expect(figuresOf(task, [scored('2016-08-13', [1, 0, 0], 2)]).log_loss).toBeGreaterThan(30);
    expect(Number.isFinite(figuresOf(task, [scored('2016-08-13', [1, 0, 0], 2)]).log_loss)).toBe(true);
  });

  it('are told by season, from August to July', () => {
    const seasons = figuresBySeason(task, [
      scored('2017-05-21', [1, 0, 0], 0),
      scored('2017-08-12', [1, 0, 0], 0),
      scored('1999-12-26', [1, 0, 0], 0),
    ]);
    expect(seasons.map(({ season, predictions }) => [season, predictions])).toEqual([
      ['2016-17', 1],
      ['2017-18', 1],
      ['1999-00', 1],
    ]);
  });
});
