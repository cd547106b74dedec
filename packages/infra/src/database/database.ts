import { AsyncLocalStorage } from 'node:async_hooks';
import { unavailable } from '@retrain/core';
import type { DataSource, EntitySchema, QueryRunner } from 'typeorm';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { createDataSource, type DatabaseOptions } from './data-source.js';
import { translated } from './pg-errors.js';

/** What a unit of work has open. */
interface Scope {
  readonly runner: QueryRunner;
  readonly beforeCommit: (() => Promise<void>)[];
  /** Ends when the statement before has: a connection runs one at a time. */
  last: Promise<unknown>;
  ended: boolean;
}

/** A row as the driver gives it. */
export type Row = Readonly<Record<string, unknown>>;

export interface Affected<T> {
  readonly rows: readonly T[];
  /** Rows that the statement changed or returned. */
  readonly count: number;
}

/**
 * The pool of connections and the unit of work that is open in the current flow of calls.
 *
 * Statements join the open unit of work by themselves. Failures come out translated: `database_unavailable` for what
 * may succeed later. The pool replaces lost connections when they are next needed, so it survives restarts of the server.
 */
export class Database {
  private readonly scope = new AsyncLocalStorage<Scope>();

  private constructor(private readonly dataSource: DataSource) {}

  /** Connects, waiting up to `waitSeconds` for a server that is not there yet; rejects with `database_unavailable`. */
  static async open(options: DatabaseOptions & { readonly waitSeconds?: number }): Promise<Database> {
    const dataSource = createDataSource(options);
    const end = Date.now() + (options.waitSeconds ?? 30) * 1000;
    for (let pause = 100; ; pause = Math.min(2000, pause * 2)) {
      try {
        await dataSource.initialize();
        return new Database(dataSource);
      } catch (error) {
        const refusal = translated(error);
        const mayCome = (refusal as { code?: string }).code === 'database_unavailable';
        if (!mayCome || Date.now() + pause > end) throw refusal;
        await sleep(pause);
      }
    }
  }

  /** Ends every connection once its statement is done. Closing twice is fine. */
  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  get inTransaction(): boolean {
    return this.open() !== undefined;
  }

  /** Runs work that outlives the open unit of work and must not join it, such as a connection of its own. */
  outside<T>(work: () => T): T {
    return this.scope.exit(work);
  }

  /** Commits when `work` resolves, rolls back when it rejects. A nested call joins the outer one. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.inTransaction) return work();
    return this.withRunner(async (runner) => {
      const scope: Scope = { runner, beforeCommit: [], last: Promise.resolve(), ended: false };
      return this.scope.run(scope, async () => {
        await runner.startTransaction();
        try {
          const result = await work();
          for (const step of scope.beforeCommit) await step();
          await runner.commitTransaction();
          return result;
        } catch (error) {
          // A connection that is gone has rolled back by itself.
          await runner.rollbackTransaction().catch(() => undefined);
          throw error;
        } finally {
          scope.ended = true;
        }
      });
    });
  }

  /** Runs the step at the end of the open unit of work, or of one of its own. */
  async beforeCommit(step: () => Promise<void>): Promise<void> {
    const scope = this.open();
    if (scope) scope.beforeCommit.push(step);
    else await this.transaction(step);
  }

  /** Runs one statement and answers its rows as the driver gives them. */
  async query<T>(sql: string, parameters: readonly unknown[] = []): Promise<Affected<T>> {
    return this.inTurn((runner) => this.run<T>(runner, sql, parameters));
  }

  /**
   * Runs a COPY … TO STDOUT and answers all that it wrote. COPY itself takes no parameters: strings, numbers and dates are
   * written into the statement, as literals.
   */
  async copyOut(sql: string, parameters: readonly unknown[] = []): Promise<Buffer> {
    const statement = sql.replace(/\$(\d+)/g, (_, place: string) => literal(parameters[Number(place) - 1]));
    return this.inTurn(async (runner) => {
      const client = (await runner.connect()) as pg.PoolClient;
      const parts: Buffer[] = [];
      for await (const part of client.query(copyTo(statement))) parts.push(part as Buffer);
      return Buffer.concat(parts);
    });
  }

  /** Runs one statement that answers whole rows of the schema's table, as core's objects. */
  async objects<T>(schema: EntitySchema<T>, sql: string, parameters: readonly unknown[] = []): Promise<readonly T[]> {
    return this.hydrate(schema, (await this.query<Row>(sql, parameters)).rows);
  }

  /** The first object of `objects`. */
  async object<T>(schema: EntitySchema<T>, sql: string, parameters: readonly unknown[] = []): Promise<T | undefined> {
    return (await this.objects(schema, sql, parameters))[0];
  }

  /** Turns rows into core's objects. Columns that are not selected by default stay out. */
  hydrate<T>(schema: EntitySchema<T>, rows: readonly Row[]): readonly T[] {
    const { dataSource } = this;
    const columns = dataSource.getMetadata(schema).columns.filter((column) => column.isSelect);
    return rows.map((row) => {
      const object = {};
      for (const column of columns) {
        const value: unknown = dataSource.driver.prepareHydratedValue(row[column.databaseName], column);
        if (value !== undefined && value !== null) column.setEntityValue(object, value);
      }
      return object as T;
    });
  }

  /** A call that was not awaited must not slip out of its unit of work and commit by itself. */
  private open(): Scope | undefined {
    const scope = this.scope.getStore();
    if (scope?.ended) throw new Error('The unit of work has ended: await every call inside transaction().');
    return scope;
  }

  /** On the open unit of work's connection, after the statement before; or else on one of the pool. */
  private inTurn<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const scope = this.open();
    if (!scope) return this.withRunner(work);
    const answer = scope.last
      .then(() => work(scope.runner))
      .catch((error: unknown) => {
        throw translated(error);
      });
    scope.last = answer.catch(() => undefined);
    return answer;
  }

  private async run<T>(runner: QueryRunner, sql: string, parameters: readonly unknown[]): Promise<Affected<T>> {
    const { records, affected } = await runner.query(sql, [...parameters], true);
    return { rows: (records ?? []) as T[], count: affected ?? 0 };
  }

  private async withRunner<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    if (!this.dataSource.isInitialized) throw unavailable('database_unavailable', 'The database connection is closed.');
    const runner = this.dataSource.createQueryRunner();
    try {
      return await work(runner);
    } catch (error) {
      throw translated(error);
    } finally {
      await runner.release();
    }
  }
}

function literal(value: unknown): string {
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value));
}
