import type { ModelVersion, NewModelVersion } from '../model/model-version.js';
import { refuseDeleted } from '../model/deleted-version.js';
import { moveHash } from '../model/alias-ledger.js';
import {
  Models,
  type Alias,
  type AliasLedger,
  type AliasMove,
  type AliasName,
  type Model,
  type MoveAlias,
} from '../model/models.port.js';
import type { Clock } from '../shared/clock.port.js';
import { notFound } from '../shared/errors.js';
import type { Ids } from '../shared/ids.port.js';
import type { Page, PageRequest } from '../shared/page.js';
import type { MemoryDatabase } from './memory-database.js';
import { pageOf } from './memory-page.js';

export class MemoryModels extends Models {
  private readonly models;
  private readonly modelVersions;
  private readonly aliasRows;
  private readonly moves;
  private lastMove = 0;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    super();
    this.models = database.table<Model>();
    this.modelVersions = database.table<ModelVersion>();
    this.aliasRows = database.table<Alias>();
    this.moves = database.table<AliasMove>();
  }

  ensure(name: string, definition: string): Promise<Model> {
    const added = { name, definition, monitoring: true, createdAt: this.clock.now() };
    return this.database.write(() => this.models.get(name) ?? this.models.set(name, added));
  }

  allVersions(): ModelVersion[] {
    return [...this.modelVersions.values()];
  }

  async find(name: string): Promise<Model | undefined> {
    return this.models.get(name);
  }

  async list(): Promise<readonly Model[]> {
    return this.models.values().sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  setMonitoring(name: string, monitoring: boolean): Promise<boolean> {
    return this.database.write(() => {
      const model = this.models.get(name);
      if (!model || model.monitoring === monitoring) return false;
      this.models.set(name, { ...model, monitoring });
      return true;
    });
  }

  addVersion(version: NewModelVersion): Promise<ModelVersion> {
    return this.database.write(() => {
      const existing = version.runId === undefined ? undefined : this.ofRun(version.runId);
      if (existing) return existing;
      if (!this.models.get(version.model)) throw notFound('unknown_model', `There is no model "${version.model}".`);
      const number = this.versionsOf(version.model).length + 1;
      const added = { ...version, id: this.ids.next(), version: number, createdAt: this.clock.now() };
      return this.modelVersions.set(`${version.model}/${number}`, added);
    });
  }

  async version(model: string, version: number): Promise<ModelVersion | undefined> {
    return this.modelVersions.get(`${model}/${version}`);
  }

  async versionOfRun(runId: string): Promise<ModelVersion | undefined> {
    return this.ofRun(runId);
  }

  async versions(model: string, page: PageRequest): Promise<Page<ModelVersion>> {
    const rows = this.versionsOf(model).map((item) => ({ position: item.version, item }));
    return pageOf(rows, page, ({ item }) => item);
  }

  hold(model: string, version: number): Promise<ModelVersion> {
    return this.database.write(() => this.held(model, version));
  }

  markDeleted(model: string, version: number, by: string): Promise<ModelVersion | undefined> {
    return this.database.write(() => {
      const key = `${model}/${version}`;
      const found = this.modelVersions.get(key);
      if (!found || found.deletedAt) return undefined;
      return this.modelVersions.set(key, { ...found, deletedAt: this.clock.now(), deletedBy: by });
    });
  }

  async alias(model: string, alias: AliasName): Promise<Alias | undefined> {
    const last = this.movesOf(model, alias).at(-1);
    return last && aliasOf(last);
  }

  async aliases(alias: AliasName): Promise<readonly Alias[]> {
    const all = await Promise.all((await this.list()).map(({ name }) => this.alias(name, alias)));
    return all.filter((one) => one !== undefined);
  }

  async ledger(model: string, alias: AliasName): Promise<AliasLedger> {
    const moves = this.movesOf(model, alias).map((move) => {
      return { move, versionSha256: this.modelVersions.get(`${model}/${move.version}`)?.artifact.sha256 };
    });
    const row = this.aliasRows.get(`${model}/${alias}`);
    return { moves, ...(row ? { row: { version: row.version, revision: row.revision } } : {}) };
  }

  restoreAlias(model: string, alias: AliasName): Promise<boolean> {
    return this.database.write(() => {
      const last = this.movesOf(model, alias).at(-1);
      const row = this.aliasRows.get(`${model}/${alias}`);
      if (row?.version === last?.version && row?.revision === last?.revision) return false;
      if (last) this.aliasRows.set(`${model}/${alias}`, aliasOf(last));
      else this.aliasRows.delete(`${model}/${alias}`);
      return true;
    });
  }

  moveAlias(move: MoveAlias): Promise<Alias | undefined> {
    const { model, alias, version, expectedRevision, ...decision } = move;
    return this.database.write(() => {
      const last = this.movesOf(model, alias).at(-1);
      if ((last?.revision ?? 0) !== expectedRevision) return undefined;
      const artifactSha256 = this.held(model, version).artifact.sha256;
      const now = this.clock.now();
      const made = {
        ...decision,
        ...{ model, alias, version, artifactSha256, revision: expectedRevision + 1 },
        ...(last ? { previousVersion: last.version, previousHash: last.hash } : {}),
        movedAt: last && last.movedAt > now ? last.movedAt : now,
      };
      const id = ++this.lastMove;
      const moved = this.moves.set(String(id), { ...made, id, hash: moveHash(made) });
      return this.aliasRows.set(`${model}/${alias}`, aliasOf(moved));
    });
  }

  async movesOfVersion(model: string, version: number, limit: number): Promise<readonly AliasMove[]> {
    const moves = this.moves.values().filter((move) => move.model === model);
    const its = moves.filter((move) => move.version === version || move.previousVersion === version);
    return its.sort((a, b) => a.id - b.id).slice(0, limit);
  }

  async aliasMoves(model: string, alias: AliasName, page: PageRequest): Promise<Page<AliasMove>> {
    const rows = this.movesOf(model, alias).map((item) => ({ position: item.id, item }));
    return pageOf(rows, page, ({ item }) => item);
  }

  async aliasAt(
    model: string,
    alias: AliasName,
    time: Date,
    by: 'wall_clock' | 'as_of',
  ): Promise<AliasMove | undefined> {
    const timeOf = (move: AliasMove) => (by === 'as_of' ? move.asOf : move.movedAt).getTime();
    return this.movesOf(model, alias)
      .filter((move) => timeOf(move) <= time.getTime())
      .sort((a, b) => timeOf(a) - timeOf(b) || a.id - b.id)
      .at(-1);
  }

  private held(model: string, number: number): ModelVersion {
    const version = this.modelVersions.get(`${model}/${number}`);
    if (!version) throw notFound('unknown_version', `Model "${model}" has no version ${number}.`);
    refuseDeleted(version);
    return version;
  }

  private versionsOf(model: string): ModelVersion[] {
    return this.modelVersions.values().filter((version) => version.model === model);
  }

  private ofRun(runId: string): ModelVersion | undefined {
    return this.modelVersions.values().find((version) => version.runId === runId);
  }

  private movesOf(model: string, alias: AliasName): AliasMove[] {
    return this.moves.values().filter((move) => move.model === model && move.alias === alias);
  }
}

function aliasOf({ model, alias, version, revision, movedAt }: AliasMove): Alias {
  return { model, alias, version, revision, movedAt };
}
