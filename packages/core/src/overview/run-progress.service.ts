import { progressOf, type FittingProgress } from '../piece/progress.js';
import { TrainingPieces } from '../piece/training-pieces.port.js';
import type { TrainingRun } from '../run/training-run.js';
import { Service } from '../shared/service.js';

/** Tells how far a run is, straight from the rows of its pieces. */
@Service()
export class RunProgressService {
  constructor(private readonly pieces: TrainingPieces) {}

  /** Undefined for a run that is not fitting now. */
  async execute({ id, status, stage }: TrainingRun): Promise<FittingProgress | undefined> {
    if (status !== 'running' || stage !== 'train') return undefined;
    return progressOf(await this.pieces.ofRun(id));
  }
}
