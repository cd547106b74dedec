import fc from 'fast-check';
import type { FeatureSchema } from '../model/feature-schema.js';
import { seededRandom } from '../statistic/random.js';
import { watchStateFromJson, watchStateToJson } from './drift-watch-json.js';
import { closeChunk, driftScales, foldRows, openWatch, restartWatch, type DriftWatch } from './drift-watch.js';
import { judgeWatch, type WatchOptions } from './judge-watch.js';
import { profileOf } from './profile.js';

const names = ['a', 'b', 'c', 'd'];
const schema: FeatureSchema = { features: names.map((name) => ({ name, kind: 'numeric', drift: true })) };
let random = seededRandom(3);
/** Rows whose features `shifted` have moved by `shift` of their own width. */
const rows = (count: number, shifted = '', shift = 0.6) =>
  Float32Array.from(
    Array.from({ length: count }, () => names.map((name) => random() + (shifted.includes(name) ? shift : 0))).flat(),
  );
const reference = profileOf(schema, rows(2000));
const hour = (hours: number) => new Date(hours * 3_600_000);
const key = { model: 'coin', version: 1, simulated: false };
const opened = () => openWatch(key, { seq: 0, at: hour(0) }, reference);

const options: WatchOptions = {
  threshold: 0.1,
  falseAlarmBudgetDays: 90,
  numericMethod: 'ks',
  categoricalMethod: 'total_variation',
  level: 0.01,
  minRows: 30,
};
const judge = (watch: DriftWatch, given: Partial<WatchOptions> = {}) =>
  judgeWatch(schema, reference, watch, { ...options, ...given });

/** Checks every hour, `shifted` telling what has moved in each. */
function checked(watch: DriftWatch, from: number, shifted: readonly string[], count = 200): DriftWatch {
  return shifted.reduce(
    (watch, features, index) => closeChunk(foldRows(watch, rows(count, features)), hour(from + index + 1), 100),
    watch,
  );
}

describe('a watch over drift', () => {
  beforeEach(() => {
    random = seededRandom(4);
  });

  it('keeps a chunk open until it is large enough to be judged', () => {
    const few = closeChunk(foldRows(opened(), rows(60)), hour(1), 100);
    expect(few).toMatchObject({ chunks: 0, blocks: [], pending: { rows: 60 } });
    const enough = closeChunk(foldRows(few, rows(60)), hour(2), 100);
    expect(enough).toMatchObject({ chunks: 1, pending: { rows: 0 }, since: hour(2) });
    expect(enough.blocks).toMatchObject([{ from: hour(0), to: hour(2), profile: { rows: 120 } }]);
  });

  it('merges chunks so that blocks of every size end regularly and never overlap one of their size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (chunks) => {
        const watch = checked(opened(), 0, Array<string>(chunks).fill(''), 100);
        expect(watch.chunks).toBe(chunks);
        watch.blocks.forEach(({ from, to, profile }, scale) => {
          const size = 2 ** scale;
          const end = Math.floor(chunks / size) * size;
          expect({ from, to, rows: profile.rows }).toEqual({ from: hour(end - size), to: hour(end), rows: 100 * size });
        });
        expect(watch.blocks).toHaveLength(Math.min(driftScales, Math.floor(Math.log2(chunks)) + 1));
      }),
      { numRuns: 20 },
    );
  });

  it('spends a level in proportion to the time that a block covers, shared by the sizes', () => {
    const { blocks } = judge(checked(opened(), 0, ['', '', '', '']));
    expect(blocks.map(({ level }) => level * 90 * 24 * driftScales)).toEqual(
      [1, 2, 4].map((hours) => expect.closeTo(hours, 9)),
    );
    const slow = closeChunk(foldRows(opened(), rows(200)), hour(24 * 60), 100);
    expect(judge(slow).decisive?.level).toBe(0.01);
  });

  it('lets a drift stand until a block as large shows none', () => {
    const moved = checked(opened(), 0, ['', 'ab']);
    expect(judge(moved).decisive).toMatchObject({ drifted: true, score: 0.5 });
    expect(judge(moved)).toEqual(judge(moved));
    expect(judge(checked(moved, 2, ['ab'])).decisive).toMatchObject({ drifted: true });
    expect(judge(checked(moved, 2, Array<string>(6).fill(''))).decisive).toMatchObject({ drifted: false, score: 0 });
  });

  it('sees in a longer block what is too little for a chunk', () => {
    const slight = checked(opened(), 0, Array<string>(8).fill(''), 100);
    const drifting = Array.from({ length: 8 }).reduce<DriftWatch>(
      (watch, _, index) => closeChunk(foldRows(watch, rows(100, 'a', 0.2)), hour(9 + index), 100),
      slight,
    );
    const { blocks } = judge(drifting, { falseAlarmBudgetDays: 36_500 });
    expect(blocks.map(({ drifted }) => drifted)).toEqual([false, expect.any(Boolean), true, true]);
  });

  it('does not ask again for what a run has answered, but for what is new', () => {
    const judged = { runId: 'run-1', at: hour(5) };
    const answered = restartWatch(checked(opened(), 0, ['', 'a', 'a', 'a', 'a']), judged, hour(6));
    expect(judge(answered).decisive).toBeUndefined();
    const same = judge(checked(answered, 6, ['a', 'a', 'a', 'a']));
    expect(same.decisive).toMatchObject({ drifted: false, score: 0, answered: ['a'], report: { drifted: 1 } });
    const more = judge(checked(answered, 6, ['ab', 'ab', 'ab', 'ab']));
    expect(more.decisive).toMatchObject({ drifted: true, score: 0.25, answered: ['a'], report: { drifted: 2 } });
    const further = Array.from({ length: 4 }).reduce<DriftWatch>(
      (watch, _, index) => closeChunk(foldRows(watch, rows(200, 'a', 1.5)), hour(7 + index), 100),
      answered,
    );
    expect(judge(further).decisive).toMatchObject({ drifted: true, score: 0.25, answered: [] });
  });

  it('remembers the answer of a run before when a new one comes before any chunk was closed', () => {
    const once = restartWatch(checked(opened(), 0, ['a', 'a']), { runId: 'run-1', at: hour(2) }, hour(2));
    const twice = restartWatch(once, { runId: 'run-2', at: hour(3) }, hour(3));
    expect(twice.answered?.runId).toBe('run-1');
    expect(judge(checked(twice, 3, ['a'])).decisive).toMatchObject({ drifted: false, answered: ['a'] });
  });

  it('keeps the rows that no check could judge, so that a quiet model is judged across its runs', () => {
    const quiet = [1, 2, 3].reduce<DriftWatch>((watch, run) => {
      const read = closeChunk(foldRows(watch, rows(30, 'a')), hour(run), 100);
      return restartWatch(read, { runId: `run-${run}`, at: hour(run) }, hour(run));
    }, opened());
    expect(quiet).toMatchObject({ chunks: 0, judgedRunId: 'run-3', pending: { rows: 90 } });
    const judged = closeChunk(foldRows(quiet, rows(30, 'a')), hour(4), 100);
    expect(judged).toMatchObject({ chunks: 1, blocks: [{ from: hour(0), to: hour(4) }] });
  });

  it('asks anew when the answered world came back to the training data and left it again', () => {
    const answered = restartWatch(checked(opened(), 0, ['a', 'a']), { runId: 'run-1', at: hour(2) }, hour(2));
    const back = restartWatch(checked(answered, 2, ['', '', '', '']), { runId: 'run-2', at: hour(6) }, hour(6));
    expect(judge(checked(back, 6, ['a', 'a'])).decisive).toMatchObject({ drifted: true, answered: [] });
  });

  it('comes back from JSON as it was', () => {
    const watch = restartWatch(checked(opened(), 0, ['a', '', 'b']), { runId: 'run-1', at: hour(3) }, hour(4));
    const { model: _m, version: _v, simulated: _s, seq: _q, revision: _r, ...state } = foldRows(watch, rows(7));
    expect(watchStateFromJson(JSON.parse(JSON.stringify(watchStateToJson(state))))).toEqual(state);
  });
});
