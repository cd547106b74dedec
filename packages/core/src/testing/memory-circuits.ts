import type { Circuit } from '../circuit/circuit.js';
import { Circuits } from '../circuit/circuits.port.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryCircuits extends Circuits {
  private readonly rows;

  constructor(private readonly database: MemoryDatabase) {
    super();
    this.rows = database.table<Circuit>();
  }

  async find(model: string): Promise<Circuit | undefined> {
    return this.rows.get(model);
  }

  async open(): Promise<readonly Circuit[]> {
    const open = [...this.rows.values()].filter(({ state }) => state !== 'closed');
    return open.sort((one, other) => (one.model < other.model ? -1 : 1));
  }

  save(circuit: Circuit): Promise<boolean> {
    return this.database.write(() => {
      if ((this.rows.get(circuit.model)?.revision ?? 0) !== circuit.revision) return false;
      this.rows.set(circuit.model, { ...circuit, revision: circuit.revision + 1 });
      return true;
    });
  }
}
