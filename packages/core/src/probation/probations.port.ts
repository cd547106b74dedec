import type { Page, PageRequest } from '../shared/page.js';
import type { NewProbation, Probation, ProbationUpdate, VersionTally } from './probation.js';

/** The rows of probations. */
export abstract class Probations {
  /** False when the move has one already. */
  abstract insert(probation: NewProbation): Promise<boolean>;
  /** The one that a move began. */
  abstract find(model: string, moveId: number): Promise<Probation | undefined>;
  /** Those that go on; one at most, unless champions moved since the last look. */
  abstract watching(model: string): Promise<readonly Probation[]>;
  /** Compare-and-set while it is watching; false when it has ended. */
  abstract update(model: string, moveId: number, update: ProbationUpdate): Promise<boolean>;
  /** Newest first. */
  abstract list(model: string, page: PageRequest): Promise<Page<Probation>>;

  /** Replaces what the same process has told of the same version before, unless that was more. */
  abstract saveTally(tally: VersionTally): Promise<void>;
  /** Of all processes, in any order. */
  abstract tallies(model: string, version: number): Promise<readonly VersionTally[]>;
}
