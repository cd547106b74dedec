import { Signals, type Signal } from '../event/signals.port.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemorySignals extends Signals {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async send(signal: Signal): Promise<void> {
    this.database.signal(signal);
  }

  listen(listener: (signal: Signal) => void): () => void {
    return this.database.listen(listener);
  }
}
