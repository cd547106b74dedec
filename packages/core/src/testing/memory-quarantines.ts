import type { Models } from '../model/models.port.js';
import type { Identity, Quarantine } from '../quarantine/quarantine.js';
import { Quarantines } from '../quarantine/quarantines.port.js';
import { notFound } from '../shared/errors.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryQuarantines extends Quarantines {
  private readonly rows;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly models: Models,
  ) {
    super();
    this.rows = database.table<Quarantine>();
  }

  async add(quarantine: Omit<Quarantine, 'release'>): Promise<boolean> {
    const { model, version } = quarantine;
    if (!(await this.models.version(model, version))) {
      throw notFound('unknown_version', `Model "${model}" has no version ${version}.`);
    }
    return this.database.write(() => {
      const known = this.rows.get(`${model}/${version}`);
      if (known && !known.release) return false;
      this.rows.set(`${model}/${version}`, quarantine);
      return true;
    });
  }

  release(
    model: string,
    version: number,
    release: NonNullable<Quarantine['release']>,
  ): Promise<Quarantine | undefined> {
    return this.database.write(() => {
      const known = this.rows.get(`${model}/${version}`);
      if (!known || known.release) return undefined;
      return this.rows.set(`${model}/${version}`, { ...known, release });
    });
  }

  async list(model: string): Promise<readonly Quarantine[]> {
    return this.of(model);
  }

  async against(model: string, { sha256, origin }: Identity): Promise<Quarantine | undefined> {
    return this.of(model)
      .filter((row) => !row.release && (row.sha256 === sha256 || (origin !== undefined && row.origin === origin)))
      .sort((a, b) => a.at.getTime() - b.at.getTime() || a.version - b.version)[0];
  }

  private of(model: string): Quarantine[] {
    return this.rows
      .values()
      .filter((row) => row.model === model)
      .sort((a, b) => a.version - b.version);
  }
}
