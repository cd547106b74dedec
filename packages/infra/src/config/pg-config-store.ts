import {
  applyChanges,
  approvalIssues,
  changesBetween,
  changesByPath,
  configKeys,
  ConfigStore,
  describeIssues,
  effectiveConfig,
  invalid,
  messageOf,
  redact,
  unavailable,
  validateConfig,
  type Clock,
  type ConfigRevision,
  type ConfigSnapshot,
  type ConfigSource,
  type EventLog,
  type InstallationConfig,
  type Issue,
  type Json,
  type JsonObject,
  type Page,
  type PageRequest,
  type RetrainingConfig,
  type Signals,
  type UnitOfWork,
  type ValidationContext,
} from '@retrain/core';
import type { StoredConfigRevision } from '../database/schema/log.schema.js';
import { readConfigFile, type ConfigFileReading } from './config-file.js';
import type { ConfigRevisions } from './config-revisions.js';
import { FileWatch } from './file-watch.js';
import {
  changedKeys,
  foreignPrograms,
  foreignReferences,
  patchIssues,
  sourcesAfter,
  withPatch,
} from './written-values.js';

/** A configuration without a word is valid whatever plug-ins there are. */
const anyNames: ValidationContext = { variable: () => undefined };

/** Lost races in a row before an update is given up. */
const maxTries = 20;

export interface ConfigLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface ConfigStoreParts {
  /** The configuration file. */
  readonly path: string;
  /** Whether a missing file is a problem, and not just an empty one. */
  readonly required: boolean;
  readonly revisions: ConfigRevisions;
  readonly unitOfWork: UnitOfWork;
  readonly events: EventLog;
  readonly signals: Signals;
  readonly clock: Clock;
  readonly context: ValidationContext;
  readonly log: ConfigLog;
  /** Milliseconds between two looks at file and database; 1000 when not given. */
  readonly pollMilliseconds?: number;
}

/** What one revision means. */
interface Adopted {
  readonly row: StoredConfigRevision;
  readonly snapshot: ConfigSnapshot;
}

/**
 * The configuration in Postgres, fed by the file and by the API.
 *
 * A revision holds every value as it was written, and what the file said then. An edit of the file changes the keys that
 * were edited and leaves the others as they are in force, so that a value set through the API survives restarts until
 * somebody edits that very key. Revisions are numbered by compare-and-set: of processes that see one edit, one stores it.
 */
export class PgConfigStore extends ConfigStore {
  private adopted: Adopted | undefined;
  private readonly listeners = new Set<(snapshot: ConfigSnapshot) => void>();
  private readonly watch: FileWatch;
  private stops: (() => void)[] = [];
  private polling = false;
  private turn: Promise<void> = Promise.resolve();
  private readonly told = new Map<string, string>();

  constructor(private readonly parts: ConfigStoreParts) {
    super();
    this.watch = new FileWatch(parts.path);
  }

  /** Reads file and database; rejects with `invalid_config` and every problem when they do not make a configuration. */
  async open(): Promise<void> {
    await this.watch.settle();
    const file = await readConfigFile(this.parts.path, this.parts.required);
    // A file that is not there says nothing: what was in force stays.
    if (!file.issues && file.absent) await this.adoptLatest();
    const issues = file.issues ?? (this.adopted ? [] : await this.adoptFile(file.values));
    if (issues.length > 0) throw refusal(`The configuration ${this.parts.path} is not valid`, issues);
    const timer = setInterval(() => void this.poll(), this.parts.pollMilliseconds ?? 1000);
    this.stops = [
      () => clearInterval(timer),
      this.parts.signals.listen(({ kind }) => {
        if (kind === 'config_changed') void this.inTurn('database', () => this.adoptLatest());
      }),
    ];
  }

  /** Stops looking; the last configuration stays in memory. */
  async close(): Promise<void> {
    for (const stop of this.stops.splice(0)) stop();
    await this.turn;
  }

  current(): ConfigSnapshot {
    if (!this.adopted) throw unavailable('config_not_loaded', 'The configuration is not loaded yet.');
    return this.adopted.snapshot;
  }

  forModel(model: string): RetrainingConfig {
    return effectiveConfig(this.current().config, model);
  }

  async update(patch: Readonly<Record<string, unknown>>, actor: string): Promise<ConfigSnapshot> {
    const asked = patch as JsonObject;
    for (let attempt = 0; attempt < maxTries; attempt++) {
      await this.adoptLatest();
      const { row, snapshot } = this.adopted!;
      const told = [
        ...patchIssues(asked, snapshot.shown),
        ...foreignReferences(asked, row.file, row.config),
        ...foreignPrograms(asked, (name) => this.runsPrograms(name), row.file, row.config),
      ];
      const refused = new Set(told.map(({ path }) => path));
      const rest = Object.fromEntries(Object.entries(asked).filter(([key]) => !refused.has(key)));
      const config = withPatch(row.config, rest, snapshot.shown);
      const checked = validateConfig(config, this.parts.context);
      if (told.length > 0 || checked.issues) {
        throw refusal('The configuration was not changed', [...told, ...(checked.issues ?? [])]);
      }
      const around = approvalIssues(snapshot.config, checked.config);
      if (around.length > 0) throw refusal('The configuration was not changed', around);
      const keys = changedKeys(row.config, config);
      if (keys.length === 0) return snapshot;
      const sources = sourcesAfter(row.sources, keys, config, 'api');
      const next = this.next({ config, file: row.file, sources, actor, source: 'api' }, checked.shown, row);
      if (await this.store(next)) return this.adopt(next, checked);
    }
    throw unavailable('config_contended', 'Too many changes of the configuration at once; try again.');
  }

  private runsPrograms(trainer: string): boolean {
    const trainers = this.parts.context.registry?.trainers;
    return trainers?.has(trainer) === true && trainers.get(trainer).runsPrograms === true;
  }

  revisions(page: PageRequest): Promise<Page<ConfigRevision>> {
    return this.parts.revisions.list(page);
  }

  onChange(listener: (snapshot: ConfigSnapshot) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async poll(): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    await this.inTurn('file', async () => {
      if (!(await this.watch.changed())) return;
      const file = await readConfigFile(this.parts.path, true);
      const issues = file.issues ?? (await this.adoptFile(file.values));
      if (issues.length > 0) await this.refuse(file, issues);
    });
    await this.inTurn('database', () => this.adoptLatest());
    this.polling = false;
  }

  /** One look after the other; a failed one is told once and made good by the next. */
  private inTurn(what: string, work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work).then(
      () => void this.told.delete(what),
      (error: unknown) => {
        const message = messageOf(error);
        if (this.told.get(what) === message) return;
        this.told.set(what, message);
        this.parts.log.warn(
          { error: message },
          `the configuration in the ${what} could not be read; the last one stays in force`,
        );
      },
    );
    return this.turn;
  }

  /** Stores what the file changed, if it did and nobody has yet; answers the problems that keep it from being stored. */
  private async adoptFile(file: JsonObject): Promise<readonly Issue[]> {
    for (let attempt = 0; attempt < maxTries; attempt++) {
      const latest = await this.parts.revisions.latest();
      const edits = changesBetween(latest?.file ?? {}, file);
      const config = latest ? applyChanges(latest.config, edits) : file;
      const checked = validateConfig(config, this.parts.context);
      if (checked.issues) return checked.issues;
      if (latest && edits.length === 0) {
        this.adopt(latest, checked);
        return [];
      }
      const sources = sourcesAfter(latest?.sources ?? {}, changedKeys(latest?.file ?? {}, file), config, 'file');
      const next = this.next({ config, file, sources, actor: 'system', source: 'file' }, checked.shown, latest);
      if (await this.store(next)) {
        this.adopt(next, checked);
        return [];
      }
    }
    throw unavailable('config_contended', 'Too many changes of the configuration at once.');
  }

  /** Takes over what another process has stored. */
  private async adoptLatest(): Promise<void> {
    const latest = await this.parts.revisions.latest();
    if (!latest || latest.revision === this.adopted?.row.revision) return;
    const checked = validateConfig(latest.config, this.parts.context);
    if (checked.issues) {
      throw refusal(`Revision ${latest.revision} does not fit this process`, checked.issues);
    }
    this.adopt(latest, checked);
  }

  /** The revision after `latest`, with the difference that it makes. */
  private next(
    made: Pick<StoredConfigRevision, 'config' | 'file' | 'sources' | 'actor' | 'source'>,
    shown: InstallationConfig,
    latest: StoredConfigRevision | undefined,
  ): StoredConfigRevision {
    const before = validateConfig(latest?.config ?? {}, latest ? this.parts.context : anyNames).shown ?? {};
    const changes = changesByPath(changesBetween(before as unknown as Json, shown as unknown as Json));
    return { ...made, revision: (latest?.revision ?? 0) + 1, changedAt: this.parts.clock.now(), changes };
  }

  private async store(row: StoredConfigRevision): Promise<boolean> {
    const { unitOfWork, revisions, events, signals } = this.parts;
    return unitOfWork.transaction(async () => {
      if (!(await revisions.insert(row))) return false;
      const { revision, source, changes, actor } = row;
      await events.append({ type: 'config.changed', payload: { revision, source, changes }, actor });
      await signals.send({ kind: 'config_changed' });
      return true;
    });
  }

  private adopt(
    row: StoredConfigRevision,
    { config, shown }: Pick<ConfigSnapshot, 'config' | 'shown'>,
  ): ConfigSnapshot {
    // What was read before a later revision came in must not take its place.
    if (this.adopted && row.revision <= this.adopted.row.revision) return this.adopted.snapshot;
    const first = !this.adopted;
    const sources = row.sources as Record<string, ConfigSource>;
    const snapshot: ConfigSnapshot = { revision: row.revision, config, shown, sources };
    const before = this.adopted?.snapshot.config;
    this.adopted = { row, snapshot };
    const { log } = this.parts;
    log.info(
      { revision: row.revision, source: row.source, changed: Object.keys(row.changes) },
      'configuration in force',
    );
    const waiting = configKeys.filter(
      ({ key, needsRestart }) => needsRestart && before && changedKeys(pick(before, key), pick(config, key)).length > 0,
    );
    if (waiting.length > 0) log.warn({ keys: waiting.map(({ key }) => key) }, 'acted on after the next start only');
    if (!first) for (const listener of this.listeners) this.tell(listener, snapshot);
    return snapshot;
  }

  private tell(listener: (snapshot: ConfigSnapshot) => void, snapshot: ConfigSnapshot): void {
    try {
      listener(snapshot);
    } catch (error) {
      this.parts.log.error({ error: messageOf(error) }, 'a listener of the configuration failed');
    }
  }

  /** Says why an edit of the file is not followed: in the log, and once for all processes in the event log. */
  private async refuse(file: ConfigFileReading, issues: readonly Issue[]): Promise<void> {
    const { events, unitOfWork, log, path } = this.parts;
    log.error(
      { path, problems: describeIssues(issues) },
      'the edited configuration is not valid; the last one stays in force',
    );
    const [last] = await events.before(undefined, 1, { types: ['config.rejected', 'config.changed'] });
    if (last?.type === 'config.rejected' && last.payload.sha256 === file.sha256) return;
    const shown = redact(JSON.parse(JSON.stringify(issues)) as Json) as JsonObject[];
    const payload = { source: 'file', sha256: file.sha256, issues: shown };
    await unitOfWork.transaction(() => events.append({ type: 'config.rejected', payload, actor: 'system' }));
  }
}

function pick(config: InstallationConfig, key: string): Json {
  return { [key]: (config as unknown as JsonObject)[key] ?? null };
}

function refusal(what: string, issues: readonly Issue[]) {
  return invalid('invalid_config', `${what}:\n${describeIssues(issues)}`, issues);
}
