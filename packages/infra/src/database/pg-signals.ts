import { Signals, type Signal } from '@retrain/core';
import pg from 'pg';
import type { Database } from './database.js';
import { channel, notifySql, payloadOf, signalIn } from './notification.js';

const firstPauseMs = 100;
const longestPauseMs = 5000;

/**
 * Hints over LISTEN and NOTIFY, on a connection of its own that is opened with the first listener.
 *
 * The connection is replaced when it is lost, trying less and less often. After each replacement every signal is
 * given once, for every model, because hints may have been missed meanwhile.
 */
export class PgSignals extends Signals {
  private readonly listeners = new Set<(signal: Signal) => void>();
  private client?: pg.Client;
  private retry?: NodeJS.Timeout;
  private pauseMs = firstPauseMs;
  private closed = false;

  constructor(
    private readonly database: Database,
    private readonly url: string,
  ) {
    super();
  }

  async send(signal: Signal): Promise<void> {
    await this.database.query(notifySql, [payloadOf(signal)]);
  }

  listen(listener: (signal: Signal) => void): () => void {
    this.listeners.add(listener);
    if (!this.client && !this.retry) void this.database.outside(() => this.connect(false));
    return () => this.listeners.delete(listener);
  }

  /** Ends the connection for good. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    this.listeners.clear();
    await this.client?.end().catch(() => undefined);
  }

  private async connect(again: boolean): Promise<void> {
    this.retry = undefined;
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'retrain-signals',
      connectionTimeoutMillis: 5000,
      keepAlive: true,
    });
    this.client = client;
    client.on('error', () => this.lose(client));
    client.on('end', () => this.lose(client));
    client.on('notification', ({ payload }) => {
      const signal = signalIn(payload);
      if (signal) this.tell(signal);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      this.pauseMs = firstPauseMs;
      if (again) await this.tellEverything(client);
    } catch {
      this.lose(client);
    }
  }

  private lose(client: pg.Client): void {
    if (this.closed || this.client !== client) return;
    this.client = undefined;
    void client.end().catch(() => undefined);
    this.retry = setTimeout(() => void this.connect(true), this.pauseMs);
    this.pauseMs = Math.min(longestPauseMs, this.pauseMs * 2);
  }

  private async tellEverything(client: pg.Client): Promise<void> {
    this.tell({ kind: 'config_changed' });
    this.tell({ kind: 'event_appended' });
    const { rows } = await client.query<{ name: string }>('SELECT name FROM models');
    const cancelled = `SELECT id FROM training_runs WHERE status = 'running' AND cancel_requested IS NOT NULL`;
    for (const { id: runId } of (await client.query<{ id: string }>(cancelled)).rows) {
      this.tell({ kind: 'cancel_requested', runId });
    }
    for (const { name: model } of rows) {
      this.tell({ kind: 'champion_moved', model });
      this.tell({ kind: 'rollout_changed', model });
      this.tell({ kind: 'records_added', model });
    }
  }

  private tell(signal: Signal): void {
    for (const listener of this.listeners) listener(signal);
  }
}
