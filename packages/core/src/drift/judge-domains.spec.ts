import type { FeatureSchema } from '../model/feature-schema.js';
import { seededRandom } from '../statistic/random.js';
import { normalFrom } from '../testing/normal.js';
import type { DriftBlock, DriftWatch } from './drift-watch.js';
import { closeChunk, foldRows, openWatch, restartWatch } from './drift-watch.js';
import { judgeDomains, type DomainRule } from './judge-domains.js';
import { profileOf } from './profile.js';

const schema: FeatureSchema = { features: ['a', 'b'].map((name) => ({ name, kind: 'numeric', drift: true })) };
const hour = (hours: number) => new Date(hours * 3_600_000);
const rule: DomainRule = { level: 0.01, falseAlarmBudgetDays: 90, minRows: 30, minimumAuc: 0.57, seed: 1 };

/** A watch whose rows are known; every check adds some with the given correlation. */
class Watched {
  private readonly next = normalFrom(seededRandom(6));
  private readonly reference = this.rows(2000, 0);
  private readonly blocks = new Map<DriftBlock, Float32Array>();
  private readonly all: Float32Array[] = [];
  private hours = 0;
  watch: DriftWatch = openWatch(
    { model: 'coin', version: 1, simulated: false },
    { seq: 0, at: hour(0) },
    profileOf(schema, this.reference),
  );

  check(correlation: number): ReturnType<typeof judgeDomains> {
    const rows = this.rows(300, correlation);
    this.all.push(rows);
    const folded = { ...foldRows(this.watch, rows), seq: this.watch.seq + 300 };
    this.watch = closeChunk(folded, hour(++this.hours), 100);
    for (const block of this.watch.blocks) {
      const chunks = this.all.slice(block.afterSeq / 300, block.untilSeq / 300);
      this.blocks.set(block, Float32Array.from(chunks.flatMap((chunk) => [...chunk])));
    }
    return this.judge();
  }

  judge() {
    return judgeDomains(schema, this.watch, { reference: this.reference, blocks: this.blocks }, rule);
  }

  judged(): void {
    const at = hour(this.hours);
    this.watch = restartWatch(this.watch, { runId: `run-${this.hours}`, at }, at);
  }

  private rows(count: number, correlation: number): Float32Array {
    const rows = new Float32Array(count * 2);
    for (let row = 0; row < count; row++) {
      const [a, b] = [this.next(), this.next()];
      rows.set([a, correlation * a + Math.sqrt(1 - correlation ** 2) * b], row * 2);
    }
    return rows;
  }
}

describe('judging how features go together', () => {
  it('is clear while nothing changes, and tells the rows of each block by their seq', () => {
    const model = new Watched();
    for (let check = 0; check < 6; check++) expect(model.check(0).decisive).toMatchObject({ drifted: false });
    const spans = model.watch.blocks.map(({ afterSeq, untilSeq }) => [afterSeq, untilSeq]);
    expect(spans).toEqual([
      [1500, 1800],
      [1200, 1800],
      [0, 1200],
    ]);
  });

  it('finds a correlation that came, stands until newer rows show none, and spends nothing by looking again', () => {
    const model = new Watched();
    model.check(0);
    const found = model.check(0.8);
    expect(found.decisive).toMatchObject({ drifted: true });
    expect(found.decisive?.found?.strongest[0]).toBe('a · b');
    expect(model.judge()).toEqual(found);
    model.check(0);
    model.check(0);
    expect(model.check(0).decisive).toMatchObject({ drifted: false });
  });

  it('is answered by a run that judged a candidate, until it moves on', () => {
    const model = new Watched();
    model.check(0.8);
    model.judged();
    expect(model.check(0.8).decisive).toMatchObject({ drifted: false, answered: true });
    expect(model.check(-0.8).decisive).toMatchObject({ drifted: true, answered: false });
  });
});
