import { RandomIds } from '@retrain/core';
import { FakeClock, describeRows } from '@retrain/core/testing';
import { createTestDatabase } from '../testing/test-database.js';
import { Database } from './database.js';
import { migrate } from './migrate.js';
import { pgAdapters } from './pg-adapters.js';

describeRows('on Postgres', async () => {
  const { url, drop } = await createTestDatabase({ migrate });
  const database = await Database.open({ url });
  const clock = new FakeClock();
  const adapters = pgAdapters(database, url, clock, new RandomIds());
  return {
    ...adapters,
    clock,
    close: async () => {
      await adapters.signals.close();
      await database.close();
      await drop();
    },
  };
});
