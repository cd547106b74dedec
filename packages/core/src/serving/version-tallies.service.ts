import type { VersionTally } from '../probation/probation.js';
import { Probations } from '../probation/probations.port.js';
import { bucketOf, latencyBuckets } from '../rollout/latency-buckets.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';

interface Counted {
  readonly model: string;
  readonly version: number;
  requests: number;
  errors: number;
  readonly latencies: number[];
  /** Whether something has been counted since it was saved. */
  unsaved: boolean;
}

/**
 * Counts, in this process, what each champion does with the requests that reach it; saved now and then as totals, so that a
 * save whose answer was lost is simply done again.
 */
@Service()
export class VersionTallies {
  private readonly counted = new Map<string, Counted>();
  private process?: string;

  constructor(
    private readonly probations: Probations,
    private readonly ids: Ids,
  ) {}

  /** Requests that the version has scored, all of them in one call of so many milliseconds per row. */
  scored(model: string, version: number, requests: number, milliseconds: number): void {
    if (requests === 0) return;
    const counted = this.of(model, version);
    counted.requests += requests;
    counted.latencies[bucketOf(milliseconds)]! += requests;
  }

  /** Requests that got no answer of it. */
  failed(model: string, version: number, requests: number): void {
    const counted = this.of(model, version);
    counted.requests += requests;
    counted.errors += requests;
  }

  /** Saves what has been counted since. Rejects when it cannot; nothing is lost then. */
  async save(): Promise<void> {
    for (const counted of this.counted.values()) {
      if (!counted.unsaved) continue;
      counted.unsaved = false;
      await this.probations.saveTally(this.tallyOf(counted)).catch((error: unknown) => {
        counted.unsaved = true;
        throw error;
      });
    }
  }

  private of(model: string, version: number): Counted {
    const key = `${model}/${version}`;
    const latencies = () => Array<number>(latencyBuckets.length + 1).fill(0);
    const fresh = () => ({ model, version, requests: 0, errors: 0, latencies: latencies(), unsaved: true });
    const counted = this.counted.get(key) ?? fresh();
    this.counted.set(key, counted);
    counted.unsaved = true;
    return counted;
  }

  private tallyOf({ unsaved: _, ...counts }: Counted): VersionTally {
    this.process ??= this.ids.next();
    return { ...counts, process: this.process, latencies: [...counts.latencies] };
  }
}
