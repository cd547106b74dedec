import { Rollouts, type RolloutEnding, type RolloutStep } from '../rollout/rollouts.port.js';
import type { ArmTally, NewRollout, Rollout, RolloutLook } from '../rollout/rollout.js';
import type { Page, PageRequest } from '../shared/page.js';
import type { MemoryDatabase } from './memory-database.js';
import { pageOf } from './memory-page.js';

interface Row {
  readonly position: number;
  readonly item: Rollout;
}

export class MemoryRollouts extends Rollouts {
  private readonly rows;
  private readonly looked;
  private readonly told;
  private position = 0;

  constructor(private readonly database: MemoryDatabase) {
    super();
    this.rows = database.table<Row>();
    this.looked = database.table<RolloutLook>();
    this.told = database.table<ArmTally>();
  }

  insert(rollout: NewRollout): Promise<Rollout | undefined> {
    return this.database.write(() => {
      if (this.runningOf(rollout.model)) return undefined;
      const item: Rollout = { ...rollout, status: 'running', step: 0, stepSince: rollout.asOf, revision: 1 };
      return this.rows.set(rollout.id, { position: ++this.position, item }).item;
    });
  }

  async find(id: string): Promise<Rollout | undefined> {
    return this.rows.get(id)?.item;
  }

  async ofDeployment(deploymentId: string): Promise<Rollout | undefined> {
    return this.rows.values().find(({ item }) => item.deploymentId === deploymentId)?.item;
  }

  async active(model: string): Promise<Rollout | undefined> {
    return this.runningOf(model);
  }

  async running(): Promise<readonly Rollout[]> {
    return this.rows.values().flatMap(({ item }) => (item.status === 'running' ? [item] : []));
  }

  async list(model: string, page: PageRequest): Promise<Page<Rollout>> {
    const rows = this.rows.values().filter(({ item }) => item.model === model);
    return pageOf(rows, page, ({ item }) => item);
  }

  advance(id: string, revision: number, { step, share, since }: RolloutStep): Promise<Rollout | undefined> {
    return this.change(id, revision, { step, share, stepSince: since });
  }

  end(id: string, revision: number, { status, at, asOf, by, reason }: RolloutEnding): Promise<Rollout | undefined> {
    return this.change(id, revision, { status, endedAt: at, endedAsOf: asOf, endedBy: by, endReason: reason });
  }

  addLook(look: RolloutLook): Promise<boolean> {
    return this.database.write(() => {
      const key = `${look.rolloutId}/${look.number}`;
      if (this.looked.get(key)) return false;
      this.looked.set(key, look);
      return true;
    });
  }

  async lastLook(id: string): Promise<RolloutLook | undefined> {
    return (await this.looks(id, { limit: 1 })).items[0];
  }

  async looks(id: string, page: PageRequest): Promise<Page<RolloutLook>> {
    const rows = this.looked.values().filter(({ rolloutId }) => rolloutId === id);
    return pageOf(
      rows.map((item) => ({ position: item.number, item })),
      page,
      ({ item }) => item,
    );
  }

  saveTally(tally: ArmTally): Promise<void> {
    return this.database.write(() => {
      const key = `${tally.rolloutId}/${tally.arm}/${tally.process}`;
      const known = this.told.get(key);
      if (known && known.requests + known.dropped > tally.requests + tally.dropped) return;
      this.told.set(key, tally);
    });
  }

  async tallies(id: string): Promise<readonly ArmTally[]> {
    return this.told.values().filter(({ rolloutId }) => rolloutId === id);
  }

  private change(id: string, revision: number, change: Partial<Rollout>): Promise<Rollout | undefined> {
    return this.database.write(() => {
      const row = this.rows.get(id);
      if (row?.item.status !== 'running' || row.item.revision !== revision) return undefined;
      return this.rows.set(id, { ...row, item: { ...row.item, ...change, revision: revision + 1 } }).item;
    });
  }

  private runningOf(model: string): Rollout | undefined {
    return this.rows.values().find(({ item }) => item.model === model && item.status === 'running')?.item;
  }
}
