import fc from 'fast-check';
import { aDataset } from '../testing/builders.js';
import { planCourse } from './course.js';
import { brokenFeatures, driftedWorld, faultKinds, makeOverconfident, parseFault, type FaultKind } from './fault.js';
import { FaultWatch } from './fault-watch.js';

const dataset = aDataset(200);
const width = dataset.schema.features.length;
const start = new Date('2020-02-20T00:00:00Z');
const course = planCourse(dataset, { from: new Date('2020-02-01'), until: new Date('2100-01-01'), days: 7 });
const swapped = dataset.features.map((value) => -value - 1);
const day = (row: number) => new Date(dataset.times[row]!);

describe('a fault', () => {
  it.each([
    ['swap-home-away@2018-08-10', 'swap-home-away', undefined],
    ['overconfident@2018-08-10..2019-06-01', 'overconfident', '2019-06-01'],
  ])('is written %s', (text, kind, until) => {
    expect(parseFault(text)).toEqual({
      kind,
      from: new Date('2018-08-10'),
      until: until && new Date(until),
    });
  });

  it.each(['stale', 'stale@soon', 'rust@2018-08-10', 'stale@2018-08-10..2018-08-10', 'stale@2018-13-40'])(
    '%s is refused with what is allowed',
    (text) => expect(() => parseFault(text)).toThrow('swap-home-away, stale, zeroed, overconfident, drift'),
  );

  it('alters exactly the rows from its day on, whatever the day and the kind', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<FaultKind>('swap-home-away', 'stale', 'zeroed'),
        fc.integer({ min: 0, max: 99 }),
        fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
        (kind, dayIndex, length) => {
          const from = day(dayIndex * 2);
          const until = length && new Date(from.getTime() + length * 86_400_000);
          const watch = new FaultWatch(course, [{ kind, from, until: until || undefined }], swapped);
          for (const round of course.rounds) {
            const served = watch.features(round);
            for (let row = round.from; row < round.to; row++) {
              const hit = day(row) >= from && (!until || day(row) < until);
              const expected = hit ? brokenFeatures(kind, dataset, swapped)! : dataset.features;
              expect([...served.subarray((row - round.from) * width, (row - round.from + 1) * width)]).toEqual([
                ...expected.subarray(row * width, (row + 1) * width),
              ]);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('stale answers from the row before, zeroed from nothing', () => {
    expect([...brokenFeatures('stale', dataset, undefined)!.subarray(width, 2 * width)]).toEqual([
      ...dataset.features.subarray(0, width),
    ]);
    expect(brokenFeatures('zeroed', dataset, undefined)!.every((value) => value === 0)).toBe(true);
    expect(() => brokenFeatures('swap-home-away', dataset, undefined)).toThrow('home and an away side');
  });

  it('over-confident squares and renormalises the rows from its day on', () => {
    const watch = new FaultWatch(course, [{ kind: 'overconfident', from: start }]);
    for (const round of course.rounds) {
      const scores = Float64Array.from({ length: (round.to - round.from) * 2 }, (_, index) => (index % 2 ? 0.2 : 0.8));
      watch.distort(round, scores, 2);
      for (let row = round.from; row < round.to; row++) {
        expect(scores[(row - round.from) * 2]).toBeCloseTo(day(row) >= start ? 0.64 / 0.68 : 0.8, 12);
      }
    }
    const three = Float64Array.of(0.5, 0.25, 0.25);
    makeOverconfident(three, 3);
    expect(three[0]).toBeCloseTo(2 / 3, 12);
  });

  it('drift moves the world from its day on by a standard deviation, and leaves the given dataset alone', () => {
    const world = driftedWorld(dataset, [{ kind: 'drift', from: start }]);
    const before = dataset.features.slice();
    expect(dataset.features).toEqual(before);
    const shift = (row: number) => world.features[row * width]! - dataset.features[row * width]!;
    const hit = dataset.times.findIndex((time) => time >= start.getTime());
    expect(shift(hit - 1)).toBe(0);
    expect(shift(hit)).toBeGreaterThan(0.5);
    expect(shift(dataset.rows - 1)).toBeCloseTo(shift(hit), 5);
    expect(driftedWorld(dataset, [{ kind: 'stale', from: start }])).toBe(dataset);
  });
});

describe('the watch over faults', () => {
  const fault = (kind: FaultKind) => ({ kind, from: start });
  const firstHit = course.rounds.findIndex(({ to }) => day(to - 1) >= start);

  const ringAt = (kind: FaultKind, rings: (round: number) => boolean) => {
    const watch = new FaultWatch(course, [fault(kind)], swapped);
    course.rounds.forEach((round, index) => watch.checked(round, rings(index) ? ['data_drift'] : []));
    return watch;
  };

  it('counts the rows from its beginning to the first new alarm, and mends the way to the model then', () => {
    const watch = ringAt('stale', (round) => round === firstHit + 2);
    const detected = course.rounds[firstHit + 2]!;
    const row = dataset.times.findIndex((time) => time >= start.getTime());
    expect(watch.outcomes).toEqual([
      {
        kind: 'stale',
        row,
        alarmBefore: false,
        delayRows: detected.to - row,
        detectedAt: detected.checkAt,
        detectedBy: ['data_drift'],
        mendedAfterRows: detected.to - row,
      },
    ]);
    const next = course.rounds[firstHit + 3]!;
    expect(watch.features(next)).toEqual(dataset.features.subarray(next.from * width, next.to * width));
  });

  it('takes an alarm that rang before and goes on ringing for no detection', () => {
    expect(ringAt('stale', (round) => round >= firstHit - 1).outcomes[0]).toMatchObject({ alarmBefore: true });
    expect(ringAt('stale', (round) => round >= firstHit - 1).outcomes[0]!.delayRows).toBeUndefined();
    expect(ringAt('stale', () => false).outcomes[0]!.delayRows).toBeUndefined();
  });

  it.each(faultKinds)('%s: a new version mends only what belonged to the old one', (kind) => {
    const watch = new FaultWatch(course, [fault(kind)], swapped);
    const { to } = course.rounds[firstHit]!;
    expect(watch.reaching(to, to + 10)).toEqual(fault(kind));
    watch.deployed(to);
    expect(watch.reaching(to, to + 10) === undefined).toBe(kind === 'overconfident');
  });
});
