import { readEnvironment } from './environment.js';

const databaseUrl = 'postgres://retrain:t0ps3cret@127.0.0.1:5432/retrain';

describe('the environment', () => {
  it('needs a database and has a default for everything else', () => {
    expect(readEnvironment('trainer', { DATABASE_URL: databaseUrl, RETRAIN_HOME: '/srv/retrain' })).toEqual({
      app: 'trainer',
      home: '/srv/retrain',
      configPath: '/srv/retrain/config/retraining_config.yaml',
      configRequired: false,
      dataDir: '/srv/retrain/.retrain',
      spoolMb: 256,
      databaseUrl,
      queue: { backend: 'auto', redisUrl: undefined, databaseUrl },
      host: '127.0.0.1',
      port: 8002,
      fits: 1,
      logLevel: 'info',
      logFormat: 'text',
    });
  });

  it('names the port of each app, or one for all', () => {
    const port = (env: Record<string, string>) =>
      readEnvironment('gateway', { DATABASE_URL: databaseUrl, ...env }).port;
    expect([port({}), port({ PORT: '9000' }), port({ PORT: '9000', GATEWAY_PORT: '9001' })]).toEqual([
      8000, 9000, 9001,
    ]);
  });

  it('is refused with every problem at once, and without repeating a password', () => {
    const env = {
      DATABASE_URL: 'mysql://retrain:t0ps3cret@h/d',
      QUEUE_BACKEND: 'kafka',
      TRIGGER_MONITOR_PORT: '80000',
      LOG_LEVEL: 'loud',
      TRAINER_FITS: '0',
      REDIS_URL: 'http://x',
    };
    const refusal = (() => {
      try {
        return readEnvironment('trigger-monitor', env);
      } catch (error) {
        return error as { code: string; message: string; issues: { path: string }[] };
      }
    })() as { code: string; message: string; issues: { path: string }[] };
    expect(refusal.code).toBe('invalid_environment');
    expect(refusal.issues.map(({ path }) => path).sort()).toEqual(
      ['DATABASE_URL', 'LOG_LEVEL', 'QUEUE_BACKEND', 'REDIS_URL', 'TRAINER_FITS', 'TRIGGER_MONITOR_PORT'].sort(),
    );
    expect(refusal.message).not.toContain('t0ps3cret');
    expect(() => readEnvironment('gateway', {})).toThrow(/DATABASE_URL is not set.*npm start/);
    expect(() => readEnvironment('gateway', { DATABASE_URL: databaseUrl, QUEUE_BACKEND: 'redis' })).toThrow(
      /REDIS_URL is not set/,
    );
  });
});
