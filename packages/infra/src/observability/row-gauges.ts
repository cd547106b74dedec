import {
  jobCatalog,
  type Circuits,
  type Clock,
  type ConfigStore,
  type Models,
  type Overview,
  type Probations,
  type QueueName,
  type Rollouts,
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
    private readonly rollouts: Rollouts,
    private readonly probations: Probations,
    private readonly overview: Overview,
    private readonly queue: BullMqJobQueue,
    private readonly clock: Clock,
  ) {}

  /** Brings the gauges up to date; parts that are away leave theirs out. */
  async refresh(): Promise<void> {
    if (performance.now() - this.readAt < freshMilliseconds) return;
    this.readAt = performance.now();
    const { modelVersion, championAge, runInProgress, circuitOpen, queueJobs } = this.metrics;
    const { rolloutShare, rolloutOutcomes, rolloutEvidence, rolloutDropped } = this.metrics;
    const ofRollouts = [rolloutShare, rolloutOutcomes, rolloutEvidence, rolloutDropped];
    for (const gauge of [modelVersion, championAge, runInProgress, circuitOpen, queueJobs, ...ofRollouts])
      gauge.reset();
    this.metrics.probationOutcomes.reset();
    const names = Object.keys(this.config.current().config.models);
    await Promise.allSettled([
      ...names.flatMap((name) => [this.readModel(name), this.readRollout(name), this.readProbation(name)]),
      this.readStanding(),
      this.readWaiting(),
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

  private async readRollout(model: string): Promise<void> {
    const rollout = await this.rollouts.active(model);
    if (!rollout) return;
    const { id, challenger: version, strategy, share } = rollout;
    this.metrics.rolloutShare.set({ model, version, strategy }, share);
    const [look, tallies] = await Promise.all([this.rollouts.lastLook(id), this.rollouts.tallies(id)]);
    const dropped = tallies.reduce((total, tally) => total + tally.dropped, 0);
    this.metrics.rolloutDropped.set({ model, version }, dropped);
    if (!look) return;
    this.metrics.rolloutOutcomes.set({ model, version }, look.outcomes);
    for (const side of ['better', 'worse']) {
      const value = look.evidence[`log_e_${side}`];
      if (typeof value === 'number') this.metrics.rolloutEvidence.set({ model, version, side }, value);
    }
  }

  private async readProbation(model: string): Promise<void> {
    for (const { version, outcomes } of await this.probations.watching(model))
      this.metrics.probationOutcomes.set({ model, version }, outcomes);
  }

  /** Models of all proposals, trials and versions in one query, also ones that are configured no more. */
  private async readStanding(): Promise<void> {
    const { approvals, deployments, rollouts, probations, versions } = this.metrics;
    const standing = await this.overview.standing();
    for (const gauge of [approvals, deployments, rollouts, probations, versions]) gauge.reset();
    for (const { model, what, kind, state, count } of standing) {
      if (what === 'approvals') approvals.set({ model }, count);
      else if (what === 'probations') probations.set({ model, state }, count);
      else if (what === 'versions') versions.set({ model, state }, count);
      else this.metrics[what].set({ model, kind, state }, count);
    }
  }

  private async readWaiting(): Promise<void> {
    const { approvalsPending, approvalWait } = this.metrics;
    const waiting = await this.overview.waitingForPeople();
    for (const gauge of [approvalsPending, approvalWait]) gauge.reset();
    for (const { model, count, since } of waiting) {
      approvalsPending.set({ model }, count);
      approvalWait.set({ model }, (this.clock.now().getTime() - since.getTime()) / 1000);
    }
  }

  private async readQueue(queue: QueueName): Promise<void> {
    const counts = await this.queue.counts(queue);
    for (const [state, jobs] of Object.entries(counts)) this.metrics.queueJobs.set({ queue, state }, jobs);
  }
}
