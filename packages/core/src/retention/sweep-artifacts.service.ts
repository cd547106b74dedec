import { EventLog } from '../event/event-log.port.js';
import { asJson } from '../run/outputs.js';
import { canonicalJson, sha256 } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { ArtifactStore, type StoredArtifact } from '../storage/artifact-store.port.js';
import { ArtifactReferences } from './artifact-references.port.js';
import { retentionActor } from './retire-versions.service.js';

/**
 * An artifact is set aside when it has been needless for so long, and removed when it has been aside for so long. Nothing
 * that a process has in hand without a row that says so is in hand for a small part of it.
 */
export const artifactGraceMs = 24 * 3_600_000;

/** What a sweep found and did. */
export interface Swept {
  /** Removed for good, with their bytes. */
  readonly files: number;
  readonly bytes: number;
  readonly setAside: number;
  readonly leftovers: number;
  /** In the store before, aside or not. */
  readonly found: { readonly files: number; readonly bytes: number };
  /** Why nothing was touched. */
  readonly held?: string;
}

/**
 * Removes artifacts that no row refers to, in two steps that lie a day apart.
 *
 * It may run at any time, any number of times at once, and die anywhere. Why it takes nothing that is needed:
 * - What is being stored was touched by `put`, and is left alone for a day; its row is there by then.
 * - What a row refers to at either look is left alone. A reference can only come from `put`, or be copied from a row that
 *   has it: who copied it just before that row went has committed long before the second look, a day later.
 * - Who reads what lies aside brings it back; who has it open keeps it, as files do.
 */
@Service()
export class SweepArtifactsService {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly references: ArtifactReferences,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /** Stops between two files when the signal aborts. */
  async execute(signal: AbortSignal): Promise<Swept> {
    const swept = { files: 0, bytes: 0, setAside: 0, leftovers: 0, found: { files: 0, bytes: 0 } };
    const needed = await this.references.all();
    const held = await this.heldBack(needed);
    if (held !== undefined) return { ...swept, held };
    const before = new Date(this.clock.now().getTime() - artifactGraceMs);
    for await (const stored of this.artifacts.list()) {
      if (signal.aborted) break;
      swept.found.files++;
      swept.found.bytes += stored.bytes;
      if (needed.has(stored.uri) || stored.touchedAt >= before) continue;
      if (!(await this.step(stored, before))) continue;
      if (!stored.aside) swept.setAside++;
      else [swept.files, swept.bytes] = [swept.files + 1, swept.bytes + stored.bytes];
    }
    if (!signal.aborted) swept.leftovers = await this.artifacts.removeLeftovers(before);
    const { files, bytes } = swept;
    if (files > 0) {
      await this.events.append({ type: 'artifacts.removed', actor: retentionActor, payload: { files, bytes } });
    }
    return swept;
  }

  private step({ uri, aside }: StoredArtifact, before: Date): Promise<boolean> {
    return aside ? this.artifacts.remove(uri, before) : this.artifacts.setAside(uri, before);
  }

  /** Rows of another database may refer to what these do not: only their own installation may sweep a store. */
  private async heldBack(needed: ReadonlySet<string>): Promise<string | undefined> {
    const [first] = await this.events.after(0, 1);
    if (!first || needed.size === 0) {
      const isEmpty = (await this.artifacts.list()[Symbol.asyncIterator]().next()).done;
      return isEmpty ? undefined : 'no row of the database refers to an artifact yet';
    }
    // What nobody can change: the first thing that was ever told. A restored database has it too.
    const installation = sha256(canonicalJson(asJson(first))).slice(0, 16);
    const others = (await this.artifacts.keepers(installation)).filter((keeper) => keeper !== installation);
    if (others.length === 0) return undefined;
    return `other databases keep artifacts in the same store (keepers ${others.join(', ')}; this one is ${installation})`;
  }
}
