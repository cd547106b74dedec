import { Models, type AliasMove } from '../model/models.port.js';
import { Service } from '../shared/service.js';
import { Deployments } from './deployments.port.js';

const PAGE = 200;

/** Reads in the moves of the champion where a roll-back leads. */
@Service()
export class RollbackTarget {
  constructor(
    private readonly models: Models,
    private readonly deployments: Deployments,
  ) {}

  /**
   * The version that served before this one was promoted; undefined when none did. Moves that were roll-backs, and
   * promotions that were taken back, do not count: rolling back twice goes two versions back, not to and fro.
   */
  async of(model: string, version: number): Promise<number | undefined> {
    for await (const move of this.moves(model)) {
      if (move.version !== version || move.previousVersion === undefined) continue;
      const deployment = await this.deploymentOf(move);
      if (deployment?.kind !== 'rollback' && deployment?.status !== 'rolled_back') return move.previousVersion;
    }
    return undefined;
  }

  /** Whether a version answered before, and whether it was taken back the last time that it did. */
  async served(model: string, version: number): Promise<'never' | 'taken_back' | 'good'> {
    for await (const move of this.moves(model)) {
      if (move.version !== version) continue;
      return (await this.deploymentOf(move))?.status === 'rolled_back' ? 'taken_back' : 'good';
    }
    return 'never';
  }

  private async deploymentOf({ deploymentId }: AliasMove) {
    return deploymentId === undefined ? undefined : this.deployments.find(deploymentId);
  }

  /** Newest first. */
  private async *moves(model: string): AsyncGenerator<AliasMove> {
    let cursor: string | undefined;
    do {
      const page = await this.models.aliasMoves(model, 'champion', { limit: PAGE, cursor });
      yield* page.items;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }
}
