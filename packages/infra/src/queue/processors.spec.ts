import type { JobName, JobProcessor } from '@retrain/core';
import { processorsOf } from './processors.js';
import { chooseQueueBackend, queueSettingsFrom } from './queue-backend.js';

const processor = (job: JobName): JobProcessor => ({ job, process: async () => undefined });

describe('the processors of a queue', () => {
  it('are accepted when every job has exactly one', () => {
    expect([...processorsOf('fitting', [processor('train-candidate')]).keys()]).toEqual(['train-candidate']);
  });

  it.each([
    ['none', [], 'job "train-candidate" has no processor'],
    ['two', [processor('train-candidate'), processor('train-candidate')], 'job "train-candidate" has two processors'],
    ['a stranger', [processor('train-candidate'), processor('notify')], 'job "notify" is not on this queue'],
  ])('are refused when a job has %s', (_, processors, problem) => {
    expect(() => processorsOf('fitting', processors)).toThrow(problem);
  });
});

describe('the store of the job queue', () => {
  const both = { REDIS_URL: 'redis://r', DATABASE_URL: 'postgres://p' };

  it.each([
    [{ DATABASE_URL: 'postgres://p' }, 'postgres'],
    [both, 'redis'],
    [{ ...both, QUEUE_BACKEND: 'auto' }, 'redis'],
    [{ ...both, QUEUE_BACKEND: 'postgres' }, 'postgres'],
  ])('of %j is %s', (env, kind) => {
    expect(chooseQueueBackend(queueSettingsFrom(env)).kind).toBe(kind);
  });

  it('is refused by name when it is unknown or has no address', () => {
    expect(() => queueSettingsFrom({ QUEUE_BACKEND: 'kafka' })).toThrow('allowed are auto, redis and postgres');
    expect(() => chooseQueueBackend({ backend: 'redis', databaseUrl: 'postgres://p' })).toThrow('needs REDIS_URL');
    expect(() => chooseQueueBackend({ backend: 'auto' })).toThrow('needs DATABASE_URL');
  });
});
