import { DeleteVersionService } from '../deployment/delete-version.service.js';
import { Models } from '../model/models.port.js';
import { DomainError } from '../shared/errors.js';
import { Service } from '../shared/service.js';

const PAGE = 200;

/** Who deleted a version that nobody asked to keep. */
export const retentionActor = 'retention';

/** Deletes the oldest versions of a model, by the rules that hold for a person who deletes. */
@Service()
export class RetireVersionsService {
  constructor(
    private readonly models: Models,
    private readonly deleting: DeleteVersionService,
  ) {}

  /**
   * Keeps the `keep` newest of the versions that are there, and every one that something needs: that is looked at again
   * the next time. Answers how many were deleted; stops between two when the signal aborts.
   */
  async execute(model: string, keep: number, signal: AbortSignal): Promise<number> {
    const reason = `older than the ${keep} newest (retention.versions)`;
    let deleted = 0;
    for (const version of (await this.there(model)).slice(keep).reverse()) {
      if (signal.aborted) break;
      if (await this.delete(model, version, reason)) deleted++;
    }
    return deleted;
  }

  /** Newest first. */
  private async there(model: string): Promise<readonly number[]> {
    const versions: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.models.versions(model, { limit: PAGE, cursor });
      versions.push(...page.items.filter(({ deletedAt }) => deletedAt === undefined).map(({ version }) => version));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return versions;
  }

  private async delete(model: string, version: number, reason: string): Promise<boolean> {
    try {
      await this.deleting.execute({ model, version, actor: retentionActor, reason });
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'version_in_use') return false;
      throw error;
    }
  }
}
