import {
  jobCatalog,
  type Circuits,
  type Clock,
  type ConfigStore,
  type Models,
  type QueueName,
  type TrainingRuns,
} from '@retrain/core';
import type { BullMqJobQueue } from '../queue/bullmq-job-queue.js';
import type { Metrics } from './metrics.js';

const freshMilliseconds = 5_000;
const queues: readonly QueueName[] = [...new Set(Object.values(jobCatalog).map(({ queue }) => queue))];

/** Gauges that are read from rows and queues when somebody asks, at most every five seconds. */
export class RowGauges {
  private readAt = -Infinity;

  constructor(
    private readonly metrics: Metrics,
    private readonly config: ConfigStore,
    private readonly models: Models,
    private readonly runs: TrainingRuns,
    private readonly circuits: Circuits,
    private readonly queue: BullMqJobQueue,
    private readonly clock: Clock,
  ) {}

  /** Brings the gauges up to date; parts that are away leave theirs out. */
  async refresh(): Promise<void> {
    if (performance.now() - this.readAt < freshMilliseconds) return;
    this.readAt = performance.now();
    const { modelVersion, championAge, runInProgress, circuitOpen, queueJobs } = this.metrics;
    for (const gauge of [modelVersion, championAge, runInProgress, circuitOpen, queueJobs]) gauge.reset();
    const names = Object.keys(this.config.current().config.models);
    await Promise.allSettled([
      ...names.map((name) => this.readModel(name)),
      ...queues.map((name) => this.readQueue(name)),
    ]);
  }

  private async readModel(model: string): Promise<void> {
    this.metrics.runInProgress.set({ model }, (await this.runs.active(model)) ? 1 : 0);
    const circuit = await this.circuits.find(model);
    this.metrics.circuitOpen.set({ model }, circuit && circuit.state !== 'closed' ? 1 : 0);
    const champion = await this.models.alias(model, 'champion');
    const version = champion && (await this.models.version(model, champion.version));
    if (!champion || !version) return;
    this.metrics.modelVersion.set({ model, version: champion.version, sha256: version.artifact.sha256 }, 1);
    this.metrics.championAge.set({ model }, (this.clock.now().getTime() - champion.movedAt.getTime()) / 1000);
  }

  private async readQueue(queue: QueueName): Promise<void> {
    const counts = await this.queue.counts(queue);
    for (const [state, jobs] of Object.entries(counts)) this.metrics.queueJobs.set({ queue, state }, jobs);
  }
}
