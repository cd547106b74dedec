import pg from 'pg';
import { createTestDatabase } from './test-database.js';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a test database', () => {
  it('is a copy of what one migration made, apart from every other', async () => {
    let migrations = 0;
    const migrate = async (url: string) => {
      migrations += 1;
      await query(url, 'CREATE TABLE visits (page text)');
    };
    const options = { template: 'visits', migrate };
    const [one, two] = await Promise.all([createTestDatabase(options), createTestDatabase(options)]);
    await query(one.url, `INSERT INTO visits VALUES ('home')`);

    expect(await query(one.url, 'SELECT page FROM visits')).toEqual([{ page: 'home' }]);
    expect(await query(two.url, 'SELECT page FROM visits')).toEqual([]);
    expect(migrations).toBe(1);
    await one.drop();
    await two.drop();
    await expect(query(one.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });
});
