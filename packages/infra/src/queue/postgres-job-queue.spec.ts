import { describeJobQueue } from '../testing/queue-contract.js';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js';

describe('the job queue on Postgres', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  describeJobQueue(() => ({ backend: 'auto', databaseUrl: database.url }));
});
