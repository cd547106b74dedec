import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventLog, messageOf, Signals, type EventFilter } from '@retrain/core';
import { eventView } from './event-view.js';
import { ProgressFeed, type RunProgressed } from './progress-feed.js';

const BATCH = 100;
/** The log is read at least this often: signals are hints. */
const POLL_MS = 3_000;
const HEARTBEAT_MS = 15_000;

/** Streams the log to any number of readers, each at its own pace. */
@Injectable()
export class EventStream implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('events');
  /** Wake-ups of the readers that wait for more. */
  private readonly waiting = new Map<AbortSignal, () => void>();
  private readonly open = new Set<AbortController>();
  private stopListening?: () => void;

  constructor(
    private readonly log: EventLog,
    private readonly signals: Signals,
    private readonly feed: ProgressFeed,
  ) {}

  onApplicationBootstrap(): void {
    this.stopListening = this.signals.listen((signal) => {
      if (signal.kind === 'event_appended') this.wake();
    });
  }

  /** Ends every stream, so that the server can close. */
  onModuleDestroy(): void {
    this.stopListening?.();
    for (const reader of this.open) reader.abort();
  }

  /**
   * Streams events with seq > `after` (from now on when undefined) until the reader leaves or the app closes.
   * @param progress whether to tell between them how far runs are, as `run.progressed`, which has no id and is not kept.
   */
  async stream(
    response: ServerResponse,
    after: number | undefined,
    filter: EventFilter,
    progress = false,
  ): Promise<void> {
    const reader = new AbortController();
    /** The newest of each run: a slow reader misses steps, and nothing piles up. */
    const pending = new Map<string, RunProgressed>();
    this.open.add(reader);
    response.on('close', () => reader.abort());
    reader.signal.addEventListener('abort', () => this.wake());
    let stopProgress: (() => void) | undefined;
    try {
      let seq = after ?? (await this.newest());
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
        connection: 'close',
      });
      await send(response, `retry: 2000\nid: ${seq}\n\n`, reader.signal);
      let silentSince = Date.now();
      if (progress)
        stopProgress = this.feed.listen((message) => {
          if (!isAbout(message, filter)) return;
          pending.set(message.run_id, message);
          this.waiting.get(reader.signal)?.();
        });
      while (!reader.signal.aborted) {
        const events = await this.read(seq, filter);
        for (const event of events) {
          const text = `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`;
          await send(response, text, reader.signal);
          seq = event.seq;
        }
        for (const message of pending.values()) {
          pending.delete(message.run_id);
          await send(response, `event: run.progressed\ndata: ${JSON.stringify(message)}\n\n`, reader.signal);
        }
        if (events.length > 0) silentSince = Date.now();
        else if (Date.now() - silentSince >= HEARTBEAT_MS) {
          await send(response, ': still here\n\n', reader.signal);
          silentSince = Date.now();
        }
        if (events.length < BATCH && pending.size === 0) await this.more(reader.signal);
      }
    } finally {
      stopProgress?.();
      this.open.delete(reader);
      response.end();
    }
  }

  /** A log that cannot be read now is read again later: the reader stays. */
  private async read(seq: number, filter: EventFilter) {
    try {
      return await this.log.after(seq, BATCH, filter);
    } catch (error) {
      this.logger.warn(`The log could not be read: ${messageOf(error)}`);
      return [];
    }
  }

  private async newest(): Promise<number> {
    const [last] = await this.log.before(undefined, 1);
    return last?.seq ?? 0;
  }

  private more(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.waiting.delete(signal);
        resolve();
      };
      const timer = setTimeout(wake, POLL_MS);
      this.waiting.set(signal, wake);
    });
  }

  private wake(): void {
    for (const wake of [...this.waiting.values()]) wake();
  }
}

function isAbout({ model, run_id: runId }: RunProgressed, filter: EventFilter): boolean {
  return (filter.model ?? model) === model && (filter.runId ?? runId) === runId;
}

/** Waits while the reader's connection is full, so that a slow reader costs no memory. */
async function send(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.write(text)) return;
  await once(response, 'drain', { signal }).catch(() => undefined);
}
