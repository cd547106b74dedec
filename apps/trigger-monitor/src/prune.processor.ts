import { Injectable } from '@nestjs/common';
import { PruneService, type JobProcessor, type Pruned } from '@retrain/core';
import { AppLog, Metrics } from '@retrain/infra';

/** Deletes what is older than the configuration keeps, and removes files that nothing needs. */
@Injectable()
export class PruneProcessor implements JobProcessor<'prune'> {
  readonly job = 'prune';

  constructor(
    private readonly pruning: PruneService,
    private readonly metrics: Metrics,
    private readonly log: AppLog,
  ) {}

  async process(_payload: object, signal: AbortSignal): Promise<void> {
    const pruned = await this.pruning.execute(signal);
    this.show(pruned);
    const { artifacts, ...rows } = pruned;
    const { files, bytes, setAside, leftovers, held } = artifacts;
    const told = { ...rows, files, bytes, setAside, leftovers };
    if (Object.values(told).some((count) => count > 0)) this.log.info(told, 'what is old was deleted');
    if (held !== undefined) this.log.warn({ held }, 'files that nothing needs were left in the artifact store');
  }

  private show({ predictions, evaluations, pieces, versions, artifacts }: Pruned): void {
    const { files, bytes, found, held } = artifacts;
    const counts = { predictions, trigger_evaluations: evaluations, fits: pieces, versions, artifacts: files };
    for (const [kind, count] of Object.entries(counts)) this.metrics.retentionRemoved.inc({ kind }, count);
    this.metrics.retentionBytes.inc(bytes);
    if (held === undefined) this.metrics.artifactBytes.set(found.bytes - bytes);
  }
}
