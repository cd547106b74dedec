import type { LoadedVersion, UnreadableVersion } from './loaded-version.js';

interface Lease {
  readonly loaded: LoadedVersion;
  /** Requests being scored, plus one for the place in the slot. */
  users: number;
}

interface Failure extends UnreadableVersion {
  readonly tries: number;
  /** Epoch milliseconds before which the version is not tried again. */
  readonly notBefore: number;
}

/** What a slot needs from the outside. */
export interface SlotSupply {
  /** The version, or why it can never serve; rejects when that cannot be known now. */
  open(version: number): Promise<LoadedVersion | { readonly problem: string }>;
  /** Told once of each unreadable version. */
  unreadable?(failure: UnreadableVersion): Promise<void>;
  /** Epoch milliseconds. */
  now(): number;
}

const MAX_WAIT_MS = 30_000;

/**
 * A place in memory for one version, which is swapped in place.
 *
 * A request finishes on the version it began with: the old scorer is released when its last request has ended. A
 * version that cannot be read never replaces the one that answers; it is tried again less and less often.
 */
export class VersionSlot {
  private lease?: Lease;
  private failure?: Failure;

  constructor(private readonly supply: SlotSupply) {}

  get current(): LoadedVersion | undefined {
    return this.lease?.loaded;
  }

  get unreadable(): UnreadableVersion | undefined {
    return this.failure && { version: this.failure.version, message: this.failure.message };
  }

  /**
   * Loads the version unless it is there. Calls follow one another. Rejects only when its row or file cannot be reached.
   * @param standby keeps what stood here before, and gives back at once what it has.
   */
  async hold(version: number, standby?: VersionSlot): Promise<void> {
    if (this.current?.version.version === version) return this.forget();
    if (standby?.current?.version.version === version) return this.exchange(standby);
    const now = this.supply.now();
    if (this.failure?.version === version && now < this.failure.notBefore) return;
    const opened = await this.supply.open(version);
    if ('problem' in opened) return this.keepFailure(version, opened.problem, now);
    const before = this.lease;
    this.lease = { loaded: opened, users: 1 };
    this.forget();
    if (before && standby) await standby.take(before);
    else if (before) await leave(before);
  }

  /** Forgets that a version could not be read. */
  forget(): void {
    this.failure = undefined;
  }

  /** Runs `work` on the version, which stays loaded until then; undefined when none is loaded. */
  use<T>(work: (loaded: LoadedVersion) => Promise<T>): Promise<T> | undefined {
    const { lease } = this;
    if (!lease) return undefined;
    lease.users++;
    return work(lease.loaded).finally(() => leave(lease));
  }

  /** Lets go of the version; its scorer is freed as its last request ends. */
  async release(): Promise<void> {
    const { lease } = this;
    this.lease = undefined;
    this.forget();
    if (lease) await leave(lease);
  }

  private exchange(standby: VersionSlot): void {
    [this.lease, standby.lease] = [standby.lease, this.lease];
    this.forget();
    standby.forget();
  }

  private async take(lease: Lease): Promise<void> {
    const before = this.lease;
    this.lease = lease;
    this.forget();
    if (before) await leave(before);
  }

  private async keepFailure(version: number, message: string, now: number): Promise<void> {
    const again = this.failure?.version === version;
    const tries = again ? this.failure!.tries + 1 : 1;
    const wait = Math.min(MAX_WAIT_MS, 1_000 * 2 ** tries);
    this.failure = { version, message, tries, notBefore: now + wait };
    if (!again) await this.supply.unreadable?.({ version, message });
  }
}

async function leave(lease: Lease): Promise<void> {
  lease.users--;
  if (lease.users === 0) await lease.loaded.scorer.release();
}
