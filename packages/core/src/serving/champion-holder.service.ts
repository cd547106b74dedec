import { ChampionLedger } from '../deployment/champion-ledger.service.js';
import { EventLog } from '../event/event-log.port.js';
import { Models } from '../model/models.port.js';
import { Clock } from '../shared/clock.port.js';
import { unavailable } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { InTurn } from './in-turn.js';
import type { LoadedVersion, UnreadableVersion } from './loaded-version.js';
import { OpenVersion } from './open-version.service.js';
import { RollbackStandby } from './rollback-standby.service.js';
import { VersionSlot } from './version-slot.js';

/** What stands in memory for one model. */
export interface ChampionStatus {
  /** Version that answers; undefined when nothing is loaded. */
  readonly version?: number;
  /** The champion before, loaded too while this one is on probation. */
  readonly standby?: number;
  /** Set while the registry's champion cannot be loaded; an older one may still answer. */
  readonly unreadable?: UnreadableVersion;
  /** Set while rows of the registry are not what was decided; what was decided answers. */
  readonly tampered?: string;
}

interface Audit {
  readonly revision: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Version that may answer, as far as the registry says: the last one decided on. */
  readonly version?: number;
  /** Whether the registry's champion is that version. */
  readonly current: boolean;
  readonly problem?: string;
  /** Version that is to stay in memory beside it. */
  readonly standby?: number;
}

const AUDIT_MS = 5_000;

/**
 * Keeps the champion of each model in memory and swaps it in place when the alias has moved (`VersionSlot`).
 *
 * A champion whose artifact is missing, corrupt or foreign never replaces the one that answers, and neither does one that
 * somebody has written into the registry's rows. While a champion is on probation the one before stays loaded beside it,
 * so that it answers again the moment it is called back.
 */
@Service()
export class ChampionHolder {
  private readonly slots = new Map<string, VersionSlot>();
  private readonly standbys = new Map<string, VersionSlot>();
  private readonly audits = new Map<string, Audit>();
  private readonly turns = new InTurn();

  constructor(
    private readonly models: Models,
    private readonly ledger: ChampionLedger,
    private readonly standing: RollbackStandby,
    private readonly opening: OpenVersion,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Loads the registry's champion if it is not the one in memory. Calls for one model run one after the other.
   * Rejects only when the registry cannot be read; an unreadable champion is kept in `status` and tried again later,
   * less and less often.
   */
  refresh(model: string): Promise<void> {
    return this.turns.run(model, async () => {
      const { version, current, standby: wanted } = await this.audited(model);
      const slot = this.slotOf(model);
      const standby = this.standbyOf(model);
      // What answers goes on answering when the rows were edited: only a decision moves it.
      const kept = slot.current && !current;
      if (version === undefined || kept) return slot.forget();
      await slot.hold(version, standby);
      const apart = wanted !== slot.current?.version.version;
      if (wanted !== undefined && apart) await standby.hold(wanted);
      else await standby.release();
    });
  }

  status(model: string): ChampionStatus {
    const slot = this.slots.get(model);
    const unreadable = slot?.unreadable;
    const standby = this.standbys.get(model)?.current?.version.version;
    const tampered = this.audits.get(model)?.problem;
    return {
      version: slot?.current?.version.version,
      ...(standby === undefined ? {} : { standby }),
      ...(unreadable ? { unreadable } : {}),
      ...(tampered === undefined ? {} : { tampered }),
    };
  }

  /** The loaded champion, for reading facts about it; to score, take it through {@link use}. */
  current(model: string): LoadedVersion | undefined {
    return this.slots.get(model)?.current;
  }

  /** Runs `work` on the champion, which stays loaded until then. Rejects with `no_champion` when none is loaded. */
  async use<T>(model: string, work: (champion: LoadedVersion) => Promise<T>): Promise<T> {
    const slot = this.slots.get(model);
    const used = slot?.use(work);
    if (used) return used;
    const failure = slot?.unreadable;
    throw unavailable(
      'no_champion',
      failure
        ? `Model "${model}" cannot answer: version ${failure.version} is unreadable (${failure.message}) Promote or roll back to another version.`
        : `Model "${model}" has no champion yet: wait for the first training run, or promote a version.`,
    );
  }

  /** Lets go of every champion; scorers are freed as their last requests end. */
  async release(): Promise<void> {
    const slots = [...this.slots.values(), ...this.standbys.values()];
    this.slots.clear();
    this.standbys.clear();
    await Promise.all(slots.map((slot) => slot.release()));
  }

  /** The ledger is read whole when the alias has moved, and every few seconds. */
  private async audited(model: string): Promise<Audit> {
    const revision = (await this.models.alias(model, 'champion'))?.revision ?? 0;
    const last = this.audits.get(model);
    const at = this.clock.now().getTime();
    if (last?.revision === revision && at - last.at < AUDIT_MS) return last;
    const { head, current, problem } = await this.ledger.audit(model);
    const standby = head && (await this.standing.of(head));
    const audit = { revision, at, version: head?.version, current, problem, standby };
    this.audits.set(model, audit);
    return audit;
  }

  private standbyOf(model: string): VersionSlot {
    const known = this.standbys.get(model);
    if (known) return known;
    // One that cannot be read is the registry's matter once somebody calls it back.
    const open = (version: number) => this.opening.execute(model, version);
    const slot = new VersionSlot({ open, now: () => this.clock.now().getTime() });
    this.standbys.set(model, slot);
    return slot;
  }

  private slotOf(model: string): VersionSlot {
    const known = this.slots.get(model);
    if (known) return known;
    const slot = new VersionSlot({
      open: (version) => this.opening.execute(model, version),
      unreadable: async (payload) => {
        await this.events.append({ type: 'champion.unreadable', model, actor: 'system', payload: { ...payload } });
      },
      now: () => this.clock.now().getTime(),
    });
    this.slots.set(model, slot);
    return slot;
  }
}
