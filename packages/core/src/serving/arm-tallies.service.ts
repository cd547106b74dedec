import { bucketOf, latencyBuckets } from '../rollout/latency-buckets.js';
import type { ArmTally, RolloutArm } from '../rollout/rollout.js';
import { Rollouts } from '../rollout/rollouts.port.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';

interface Counted {
  requests: number;
  errors: number;
  dropped: number;
  readonly latencies: number[];
  /** Whether something has been counted since it was saved. */
  unsaved: boolean;
}

/**
 * Counts, in this process, what each version of a rollout does with the requests that reach it; saved now and then.
 *
 * Totals are saved, not differences: a save whose answer was lost is simply done again.
 */
@Service()
export class ArmTallies {
  private readonly counted = new Map<string, Map<RolloutArm, Counted>>();
  private process?: string;

  constructor(
    private readonly rollouts: Rollouts,
    private readonly ids: Ids,
  ) {}

  /** Requests that the version has scored, all of them in one call of so many milliseconds per row. */
  scored(rolloutId: string, arm: RolloutArm, requests: number, milliseconds: number): void {
    if (requests === 0) return;
    const counted = this.of(rolloutId, arm);
    counted.requests += requests;
    counted.latencies[bucketOf(milliseconds)]! += requests;
  }

  /** Requests that the version should have scored, and could not. */
  failed(rolloutId: string, arm: RolloutArm, requests: number): void {
    if (requests === 0) return;
    const counted = this.of(rolloutId, arm);
    counted.requests += requests;
    counted.errors += requests;
  }

  /** Requests that the version was not asked about because too many waited. */
  dropped(rolloutId: string, arm: RolloutArm, requests: number): void {
    if (requests > 0) this.of(rolloutId, arm).dropped += requests;
  }

  /** Saves what has been counted since, and forgets rollouts that are over. Rejects when it cannot; nothing is lost then. */
  async save(): Promise<void> {
    for (const [rolloutId, arms] of this.counted) {
      for (const [arm, counted] of arms) {
        if (!counted.unsaved) continue;
        counted.unsaved = false;
        await this.rollouts.saveTally(this.tallyOf(rolloutId, arm, counted)).catch((error: unknown) => {
          counted.unsaved = true;
          throw error;
        });
      }
      const over = (await this.rollouts.find(rolloutId))?.status !== 'running';
      if (over && [...arms.values()].every(({ unsaved }) => !unsaved)) this.counted.delete(rolloutId);
    }
  }

  private of(rolloutId: string, arm: RolloutArm): Counted {
    const arms = this.counted.get(rolloutId) ?? new Map<RolloutArm, Counted>();
    this.counted.set(rolloutId, arms);
    const latencies = () => Array<number>(latencyBuckets.length + 1).fill(0);
    const counted = arms.get(arm) ?? { requests: 0, errors: 0, dropped: 0, latencies: latencies(), unsaved: true };
    arms.set(arm, counted);
    counted.unsaved = true;
    return counted;
  }

  private tallyOf(rolloutId: string, arm: RolloutArm, { unsaved: _, ...counts }: Counted): ArmTally {
    this.process ??= this.ids.next();
    return { rolloutId, arm, process: this.process, ...counts, latencies: [...counts.latencies] };
  }
}
