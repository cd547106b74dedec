import { createLogger } from './logger.js';

function loggerTo(lines: string[], logFormat: 'json' | 'text') {
  return createLogger({ app: 'trainer', logLevel: 'info', logFormat }, { write: (line) => lines.push(line) });
}

describe('the log', () => {
  it('is one JSON object a line for machines', () => {
    const lines: string[] = [];
    const logger = loggerTo(lines, 'json');
    logger.info({ revision: 3 }, 'configuration in force');
    logger.debug('not told');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: 'info', time: expect.any(String), app: 'trainer', revision: 3, msg: 'configuration in force' },
    ]);
  });

  it('is one line of text for people', () => {
    const lines: string[] = [];
    loggerTo(lines, 'text').child({ context: 'config' }).warn({ revision: 3, why: 'two words' }, 'not followed');
    expect(lines.join('')).toMatch(/^\d\d:\d\d:\d\d WARN {2}\[config\] not followed revision=3 why="two words"\n$/);
  });

  it.each(['json', 'text'] as const)('holds no secret (%s)', (format) => {
    const lines: string[] = [];
    const logger = loggerTo(lines, format);
    logger.error({ secret: 't0ps3cret', options: { token: 't0ps3cret', authorization: 't0ps3cret' } }, 'failed');
    logger.error({ address: 'postgres://me:t0ps3cret@host/db' }, 'cannot reach redis://:t0ps3cret@host:6379');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain('t0ps3cret');
    expect(lines.join('')).toContain('postgres://me:***@host/db');
  });
});
