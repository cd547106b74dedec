export { freePort } from '../embedded/free-port.js';
export { BreakableLink } from './breakable-link.js';
export { printed, sourceArguments, spawnSource } from './spawn-source.js';
export {
  createMigratedDatabase,
  createTestDatabase,
  type TestDatabase,
  type TestDatabaseOptions,
} from './test-database.js';
export { hasRedis, startTestRedis, type TestRedis } from './test-redis.js';
