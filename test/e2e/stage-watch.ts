import pg from 'pg';

/** Tells, from outside the product, the moment at which a run enters a stage. */
export class StageWatch {
  private constructor(private readonly client: pg.Client) {}

  static async open(databaseUrl: string): Promise<StageWatch> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(`
      CREATE FUNCTION tell_stage() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.stage IS DISTINCT FROM OLD.stage THEN PERFORM pg_notify('stage', NEW.stage); END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER tell_stage AFTER UPDATE ON training_runs FOR EACH ROW EXECUTE FUNCTION tell_stage();
      LISTEN stage;
    `);
    return new StageWatch(client);
  }

  /** Calls once, at once, when any run enters the stage. */
  onEntry(stage: string, act: () => void): void {
    const listener = ({ payload }: pg.Notification) => {
      if (payload !== stage) return;
      this.client.off('notification', listener);
      act();
    };
    this.client.on('notification', listener);
  }

  async count(sql: string, values: readonly unknown[] = []): Promise<number> {
    return Number((await this.client.query(sql, [...values])).rows[0].count);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
