import type { Page, PageRequest } from '../shared/page.js';
import type { TriggerEvaluation } from '../trigger/trigger-evaluation.js';
import { TriggerEvaluations, type ChecksOf } from '../trigger/trigger-evaluations.port.js';
import type { MemoryDatabase } from './memory-database.js';
import { pageOf } from './memory-page.js';

interface Row {
  readonly position: number;
  readonly item: TriggerEvaluation;
}

export class MemoryTriggerEvaluations extends TriggerEvaluations {
  private readonly rows;
  private position = 0;

  constructor(private readonly database: MemoryDatabase) {
    super();
    this.rows = database.table<Row>();
  }

  async insert(evaluation: TriggerEvaluation): Promise<void> {
    await this.database.write(() => this.rows.set(evaluation.id, { position: ++this.position, item: evaluation }));
  }

  async latest(model: string): Promise<TriggerEvaluation | undefined> {
    return this.of(model).at(-1)?.item;
  }

  async lastOf({ model, simulated, asOf }: ChecksOf): Promise<TriggerEvaluation | undefined> {
    return this.of(model)
      .filter(({ item }) => item.simulated === simulated && item.asOf <= asOf)
      .sort((a, b) => a.item.asOf.getTime() - b.item.asOf.getTime() || a.position - b.position)
      .at(-1)?.item;
  }

  async list(model: string, page: PageRequest, firedOnly: boolean): Promise<Page<TriggerEvaluation>> {
    const rows = this.of(model).filter(({ item }) => !firedOnly || hasFired(item));
    return pageOf(rows, page, ({ item }) => item);
  }

  async countFired(model: string): Promise<number> {
    return this.of(model).filter(({ item }) => hasFired(item)).length;
  }

  private of(model: string): Row[] {
    return this.rows.values().filter(({ item }) => item.model === model);
  }
}

const hasFired = ({ verdicts }: TriggerEvaluation) => verdicts.some(({ verdict }) => verdict === 'fired');
