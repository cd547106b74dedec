import type { Page, PageRequest } from '../shared/page.js';
import type { ModelVersion, NewModelVersion } from './model-version.js';

/** A model under our care. */
export interface Model {
  readonly name: string;
  /** Name of its ModelDefinition. */
  readonly definition: string;
  /** Whether its triggers are evaluated on schedule (start/stop); survives restarts. */
  readonly monitoring: boolean;
  readonly createdAt: Date;
}

/** A name that points at one version: who answers (champion), who is tried (challenger). */
export type AliasName = 'champion' | 'challenger';

export interface Alias {
  readonly model: string;
  readonly alias: AliasName;
  readonly version: number;
  /** Counts the moves; a move names the revision it saw and loses when another one came first. */
  readonly revision: number;
  readonly movedAt: Date;
}

/** One move of an alias: the memory behind "which version answered then, and who put it there". */
export interface AliasMove {
  readonly id: number;
  readonly model: string;
  readonly alias: AliasName;
  readonly version: number;
  readonly previousVersion?: number;
  /** 1 for the first move of the alias, 2 for the second … */
  readonly revision: number;
  /** Hex sha256 of the version's artifact. */
  readonly artifactSha256: string;
  readonly deploymentId?: string;
  readonly actor: string;
  readonly reason: string;
  /** Wall-clock time of the move; never before that of the move before it, whatever clocks say. */
  readonly movedAt: Date;
  /** The day as of which it was decided: equals movedAt except in a replay of the past. */
  readonly asOf: Date;
  /** Hash of the move before; undefined for the first. */
  readonly previousHash?: string;
  /** Hex sha256 over all of it but `id` (alias-ledger.ts). */
  readonly hash: string;
}

/** All moves of an alias, and the row that repeats the last one, read at one moment. */
export interface AliasLedger {
  /** First to last. */
  readonly moves: readonly {
    readonly move: AliasMove;
    /** Hash of the artifact that the version has now; undefined when there is no such version. */
    readonly versionSha256?: string;
  }[];
  readonly row?: { readonly version: number; readonly revision: number };
}

export interface MoveAlias {
  readonly model: string;
  readonly alias: AliasName;
  readonly version: number;
  /** Revision of the alias that the decision saw; 0 when it did not exist. */
  readonly expectedRevision: number;
  readonly deploymentId?: string;
  readonly actor: string;
  readonly reason: string;
  readonly asOf: Date;
}

/** The registry: models, their immutable versions, the aliases. */
export abstract class Models {
  /** Adds the model or leaves it as it is; returns the stored one. Definition never changes. */
  abstract ensure(name: string, definition: string): Promise<Model>;
  abstract find(name: string): Promise<Model | undefined>;
  abstract list(): Promise<readonly Model[]>;
  /** Returns whether it changed anything. */
  abstract setMonitoring(name: string, monitoring: boolean): Promise<boolean>;

  /** Numbers and stores a version; rejects with `unknown_model`. A second call for the same run returns the version of the first. */
  abstract addVersion(version: NewModelVersion): Promise<ModelVersion>;
  abstract version(model: string, version: number): Promise<ModelVersion | undefined>;
  abstract versionOfRun(runId: string): Promise<ModelVersion | undefined>;
  abstract versions(model: string, page: PageRequest): Promise<Page<ModelVersion>>;

  /**
   * Keeps the version from being deleted until the unit of work ends (only inside one), or waits for a deletion under way.
   * Rejects with `unknown_version`, `version_deleted`.
   */
  abstract hold(model: string, version: number): Promise<ModelVersion>;
  /**
   * Marks the version as deleted; undefined when there is none that is not. Whoever appoints or holds it meanwhile comes
   * wholly before or wholly after the unit of work that this is called in.
   */
  abstract markDeleted(model: string, version: number, by: string): Promise<ModelVersion | undefined>;

  /** Where the last move led: who edits the alias row moves nothing. */
  abstract alias(model: string, alias: AliasName): Promise<Alias | undefined>;
  /** The same of all models that have one, in any order: who minds hundreds of them asks once. */
  abstract aliases(alias: AliasName): Promise<readonly Alias[]>;
  abstract ledger(model: string, alias: AliasName): Promise<AliasLedger>;
  /** Writes the alias row anew after the last move; answers whether that changed anything. */
  abstract restoreAlias(model: string, alias: AliasName): Promise<boolean>;
  /**
   * Compare-and-set; returns the new alias, or undefined when someone moved it first. Writes the AliasMove. Rejects
   * with `unknown_version`, `version_deleted`.
   */
  abstract moveAlias(move: MoveAlias): Promise<Alias | undefined>;
  /** The first `limit` moves of any alias to the version or away from it, in their order. */
  abstract movesOfVersion(model: string, version: number, limit: number): Promise<readonly AliasMove[]>;
  /** Newest first. */
  abstract aliasMoves(model: string, alias: AliasName, page: PageRequest): Promise<Page<AliasMove>>;
  /** The last move at or before `time`, by wall clock or by the day it was decided as of. */
  abstract aliasAt(
    model: string,
    alias: AliasName,
    time: Date,
    by: 'wall_clock' | 'as_of',
  ): Promise<AliasMove | undefined>;
}
