import type { Identity, Quarantine } from './quarantine.js';

/** The rows of quarantined versions; one per version, kept after its release. */
export abstract class Quarantines {
  /** Puts the version in, anew when it had been released; false when it is in already. Rejects with `unknown_version`. */
  abstract add(quarantine: Omit<Quarantine, 'release'>): Promise<boolean>;
  /** Compare-and-set; undefined when the version is not in quarantine. */
  abstract release(
    model: string,
    version: number,
    release: NonNullable<Quarantine['release']>,
  ): Promise<Quarantine | undefined>;
  /** All that were ever put in, by version. */
  abstract list(model: string): Promise<readonly Quarantine[]>;
  /** The oldest one in force against a version that is the same. */
  abstract against(model: string, identity: Identity): Promise<Quarantine | undefined>;
}
