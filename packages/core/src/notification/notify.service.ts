import { ConfigStore } from '../config/config-store.port.js';
import { resolveOptions } from '../config/environment-references.js';
import { missingVariables } from '../config/checking.js';
import type { NotificationUse } from '../config/retraining-config.js';
import { Variables } from '../config/variables.port.js';
import { EventLog } from '../event/event-log.port.js';
import type { LoggedEvent } from '../event/event-map.js';
import { PluginRegistry } from '../plugin/registry.js';
import { canonicalJson, sha256 } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.port.js';
import { messageOf } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { Deliveries, type DeliveryCursor } from './deliveries.port.js';
import { isTold } from './notice-names.js';
import { noticeOf } from './notice.js';
import { maxTries, pauseSeconds } from './retry.js';

/** What became of one notice. */
export interface Delivery {
  /** Name of the notifier. */
  readonly backend: string;
  readonly result: 'delivered' | 'failed' | 'given_up';
  readonly seq: number;
  readonly type: string;
  readonly message?: string;
}

interface Consumer {
  readonly id: string;
  readonly use: NotificationUse;
}

const batch = 100;
const timeoutMilliseconds = 15_000;

/**
 * Tells every configured notification of the events it asks for, in order, at least once each.
 *
 * The log is the outbox: each notification has a cursor on it, held by one process at a time. A failed notice holds
 * back the later ones of its notification (and of no other) until it is delivered or given up. A notification that is
 * new to the configuration starts with the next event.
 */
@Service()
export class NotifyService {
  private readonly started = new Set<string>();

  constructor(
    private readonly config: ConfigStore,
    private readonly registry: PluginRegistry,
    private readonly log: EventLog,
    private readonly deliveries: Deliveries,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly variables: Variables,
  ) {}

  /** Works until nothing is due; answers what was tried. Stops early when the signal aborts. */
  async execute(signal: AbortSignal): Promise<readonly Delivery[]> {
    const consumers = consumersOf(this.config.current().config.notifications);
    return (await Promise.all(consumers.map((consumer) => this.serve(consumer, signal)))).flat();
  }

  private async serve(consumer: Consumer, signal: AbortSignal): Promise<Delivery[]> {
    const done: Delivery[] = [];
    await this.start(consumer);
    while (!signal.aborted) {
      const step = await this.unitOfWork.transaction(() => this.step(consumer, signal));
      if (step === 'idle') break;
      if (step !== 'skipped') done.push(step);
    }
    return done;
  }

  /** Gives a consumer that nobody has seen its place: after everything that has happened so far. */
  private async start({ id }: Consumer): Promise<void> {
    if (this.started.has(id)) return;
    const newest = (await this.log.before(undefined, 1))[0]?.seq ?? 0;
    await this.unitOfWork.transaction(async () => {
      const cursor = await this.deliveries.lock(id, newest);
      if (cursor) await this.deliveries.save(cursor);
    });
    this.started.add(id);
  }

  private async step(consumer: Consumer, signal: AbortSignal): Promise<Delivery | 'idle' | 'skipped'> {
    const cursor = await this.deliveries.lock(consumer.id, 0);
    if (!cursor || (cursor.notBefore && cursor.notBefore > this.clock.now())) return 'idle';
    const events = await this.log.after(cursor.seq, batch);
    const index = events.findIndex((event) => isTold(consumer.use.on, event.type));
    const passed = events.at(index === -1 ? -1 : index - 1);
    if (index === -1) {
      if (!passed) return 'idle';
      await this.deliveries.save({ consumer: consumer.id, seq: passed.seq, attempts: 0 });
      return 'skipped';
    }
    return this.deliver(consumer, { ...cursor, seq: index === 0 ? cursor.seq : passed!.seq }, events[index]!, signal);
  }

  private async deliver(
    { id, use }: Consumer,
    cursor: DeliveryCursor,
    event: LoggedEvent,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const told = { backend: use.use, seq: event.seq, type: event.type };
    const past: DeliveryCursor = { consumer: id, seq: event.seq, attempts: 0 };
    try {
      await this.tell(use, event, signal);
    } catch (error) {
      // A stop of this process is no failure of the notice: the transaction ends without a trace of it.
      signal.throwIfAborted();
      const attempts = cursor.attempts + 1;
      const message = messageOf(error);
      if (attempts >= maxTries) {
        await this.deliveries.save(past);
        return { ...told, result: 'given_up', message };
      }
      const notBefore = new Date(this.clock.now().getTime() + pauseSeconds(attempts) * 1000);
      await this.deliveries.save({ consumer: id, seq: cursor.seq, attempts, notBefore });
      return { ...told, result: 'failed', message };
    }
    await this.deliveries.save(past);
    return { ...told, result: 'delivered' };
  }

  private async tell(use: NotificationUse, event: LoggedEvent, signal: AbortSignal): Promise<void> {
    const notifier = this.registry.notifiers.get(use.use);
    const { options, missing } = resolveOptions(use.with, (name) => this.variables.read(name));
    if (missing.length > 0) throw new Error(`Notification "${use.use}" ${missingVariables(missing)}.`);
    const patience = AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]);
    await notifier.notify(noticeOf(event), notifier.parseOptions(options), patience);
  }
}

/** A notification keeps its cursor while its notifier and options stay, whatever else the list says. */
function consumersOf(uses: readonly NotificationUse[]): Consumer[] {
  const seen = new Map<string, number>();
  return uses.map((use) => {
    const hash = sha256(canonicalJson({ use: use.use, with: use.with })).slice(0, 16);
    const nth = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, nth);
    return { id: `notify:${use.use}:${hash}${nth === 1 ? '' : `:${nth}`}`, use };
  });
}
