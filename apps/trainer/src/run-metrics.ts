import { Injectable } from '@nestjs/common';
import { EventLog, type LoggedEvent } from '@retrain/core';
import { AppLog, Metrics } from '@retrain/infra';

const most = 100;

/** Shows what a delivery did to a run as metrics and log lines, from the events that it left. */
@Injectable()
export class RunMetrics {
  constructor(
    private readonly events: EventLog,
    private readonly metrics: Metrics,
    private readonly log: AppLog,
  ) {}

  /** Place in the event log before a delivery. */
  async mark(): Promise<number> {
    return (await this.events.before(undefined, 1))[0]?.seq ?? 0;
  }

  async observe(runId: string, after: number): Promise<void> {
    const events = await this.events.after(after, most, { runId });
    // A delivery that lost its run has ended nothing: what became of the run is another one's to tell.
    if (events.some(({ type }) => type === 'run.attempt_refused')) return;
    let since: Date | undefined;
    for (const event of events) {
      if (event.type === 'run.stage_completed' && since) {
        const seconds = (event.recordedAt.getTime() - since.getTime()) / 1000;
        this.metrics.runSeconds.observe({ stage: event.payload.stage }, seconds);
      }
      if (event.type === 'run.started' || event.type === 'run.stage_completed') since = event.recordedAt;
      const result = resultOf(event);
      if (result === undefined) continue;
      this.metrics.runs.inc({ model: event.model ?? '', result });
      this.log.info({ run_id: runId, model: event.model, result }, 'run ended');
    }
  }
}

function resultOf(event: LoggedEvent): string | undefined {
  switch (event.type) {
    case 'run.completed':
      return event.payload.status;
    case 'run.failed':
      return 'failed';
    case 'run.cancelled':
      return 'cancelled';
    case 'run.rolling_out':
      return 'rolling_out';
    case 'run.awaiting_approval':
      return 'awaiting_approval';
    default:
      return undefined;
  }
}
