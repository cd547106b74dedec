import { createTestDatabase, type TestDatabase } from '../testing/test-database.js';
import { createDataSource } from './data-source.js';
import { migrate } from './migrate.js';

describe('migrate', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(() => database.drop());

  it('leaves nothing that the mapping still misses', async () => {
    await migrate(database.url);
    const dataSource = await createDataSource({ url: database.url }).initialize();
    try {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await dataSource.destroy();
    }
  });

  it('runs once, whoever calls it and however often', async () => {
    await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    await migrate(database.url);
    const dataSource = await createDataSource({ url: database.url }).initialize();
    try {
      const made = await dataSource.query('SELECT name FROM migrations ORDER BY id');
      expect(made).toEqual(dataSource.migrations.map(({ name }) => ({ name })));
      expect(await dataSource.showMigrations()).toBe(false);
    } finally {
      await dataSource.destroy();
    }
  });

  it('can be undone', async () => {
    await migrate(database.url);
    const dataSource = await createDataSource({ url: database.url }).initialize();
    try {
      for (let made = dataSource.migrations.length; made > 0; made--) await dataSource.undoLastMigration();
      const left = await dataSource.query(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('r', 'S') AND relname NOT LIKE 'migrations%'`);
      expect(left).toEqual([]);
    } finally {
      await dataSource.destroy();
    }
  });
});
