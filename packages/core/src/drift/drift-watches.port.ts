import type { DriftWatch, DriftWatchKey } from './drift-watch.js';

/** Keeps one watch per version and clock. */
export abstract class DriftWatches {
  abstract find(key: DriftWatchKey): Promise<DriftWatch | undefined>;
  /**
   * Compare-and-set: stores the watch with the next revision if the stored one still has the given watch's (0: if there
   * is none yet); false when somebody else was first.
   */
  abstract save(watch: DriftWatch): Promise<boolean>;
}
