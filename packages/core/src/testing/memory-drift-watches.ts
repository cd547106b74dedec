import type { DriftWatch, DriftWatchKey } from '../drift/drift-watch.js';
import { DriftWatches } from '../drift/drift-watches.port.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryDriftWatches extends DriftWatches {
  private readonly rows;

  constructor(private readonly database: MemoryDatabase) {
    super();
    this.rows = database.table<DriftWatch>();
  }

  async find(key: DriftWatchKey): Promise<DriftWatch | undefined> {
    return this.rows.get(nameOf(key));
  }

  save(watch: DriftWatch): Promise<boolean> {
    return this.database.write(() => {
      const known = this.rows.get(nameOf(watch))?.revision ?? 0;
      if (known !== watch.revision) return false;
      this.rows.set(nameOf(watch), { ...watch, revision: watch.revision + 1 });
      return true;
    });
  }
}

const nameOf = ({ model, version, simulated }: DriftWatchKey) => JSON.stringify([model, version, simulated]);
