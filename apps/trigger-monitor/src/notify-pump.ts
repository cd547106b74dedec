import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { messageOf, NotifyService, Signals, type Delivery } from '@retrain/core';
import { AppLog, Metrics } from '@retrain/infra';

/** Tells notifications of events: at once when one is appended, and whenever the schedule asks. One round at a time. */
@Injectable()
export class NotifyPump implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly leaving = new AbortController();
  private round: Promise<void> | undefined;
  private again = false;
  private unlisten = () => undefined as void;

  constructor(
    private readonly notifying: NotifyService,
    private readonly signals: Signals,
    private readonly metrics: Metrics,
    private readonly log: AppLog,
  ) {}

  onApplicationBootstrap(): void {
    this.unlisten = this.signals.listen(({ kind }) => {
      if (kind === 'event_appended') void this.run();
    });
    void this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.unlisten();
    this.leaving.abort(new Error('The process is stopping.'));
    await this.round;
  }

  /** Resolves when everything that was due has been tried; what happens meanwhile gets a round of its own. */
  run(): Promise<void> {
    this.again = true;
    this.round ??= this.work().finally(() => (this.round = undefined));
    return this.round;
  }

  private async work(): Promise<void> {
    while (this.again && !this.leaving.signal.aborted) {
      this.again = false;
      try {
        for (const delivery of await this.notifying.execute(this.leaving.signal)) this.tell(delivery);
      } catch (error) {
        if (!this.leaving.signal.aborted) this.log.warn({ error: messageOf(error) }, 'notifications have to wait');
      }
    }
  }

  private tell({ backend, result, seq, type, message }: Delivery): void {
    this.metrics.notifications.inc({ backend, result });
    const facts = { backend, event: type, seq, error: message };
    if (result === 'failed') this.log.warn(facts, 'a notification failed; it is tried again');
    if (result === 'given_up') this.log.error(facts, 'a notification was given up');
  }
}
