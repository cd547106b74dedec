import { describeJobQueue } from '../testing/queue-contract.js';
import { hasRedis, startTestRedis, type TestRedis } from '../testing/test-redis.js';

const describeWithRedis = hasRedis() ? describe : describe.skip;

describeWithRedis('the job queue on Redis (needs redis-server on the PATH)', () => {
  let redis: TestRedis | undefined;

  beforeAll(async () => {
    redis = await startTestRedis();
  });

  afterAll(() => redis?.stop());

  describeJobQueue(() => ({ backend: 'auto', redisUrl: redis?.url }));
});
