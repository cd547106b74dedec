import type { NewProbation, Probation, ProbationUpdate, VersionTally } from '../probation/probation.js';
import { Probations } from '../probation/probations.port.js';
import type { Page, PageRequest } from '../shared/page.js';
import type { MemoryDatabase } from './memory-database.js';
import { pageOf } from './memory-page.js';

export class MemoryProbations extends Probations {
  private readonly rows;
  private readonly told;

  constructor(private readonly database: MemoryDatabase) {
    super();
    this.rows = database.table<Probation>();
    this.told = database.table<VersionTally>();
  }

  insert(probation: NewProbation): Promise<boolean> {
    return this.database.write(() => {
      const key = `${probation.model}/${probation.moveId}`;
      if (this.rows.get(key)) return false;
      this.rows.set(key, probation);
      return true;
    });
  }

  async find(model: string, moveId: number): Promise<Probation | undefined> {
    return this.rows.get(`${model}/${moveId}`);
  }

  async watching(model: string): Promise<readonly Probation[]> {
    return this.of(model).filter(({ status }) => status === 'watching');
  }

  update(model: string, moveId: number, update: ProbationUpdate): Promise<boolean> {
    return this.database.write(() => {
      const known = this.rows.get(`${model}/${moveId}`);
      if (known?.status !== 'watching') return false;
      this.rows.set(`${model}/${moveId}`, { ...known, ...update });
      return true;
    });
  }

  async list(model: string, page: PageRequest): Promise<Page<Probation>> {
    const rows = this.of(model).map((item) => ({ position: item.moveId, item }));
    return pageOf(rows, page, ({ item }) => item);
  }

  saveTally(tally: VersionTally): Promise<void> {
    return this.database.write(() => {
      const key = `${tally.model}/${tally.version}/${tally.process}`;
      if ((this.told.get(key)?.requests ?? 0) <= tally.requests) this.told.set(key, tally);
    });
  }

  async tallies(model: string, version: number): Promise<readonly VersionTally[]> {
    return this.told.values().filter((tally) => tally.model === model && tally.version === version);
  }

  private of(model: string): Probation[] {
    return this.rows
      .values()
      .filter((row) => row.model === model)
      .sort((a, b) => a.moveId - b.moveId);
  }
}
