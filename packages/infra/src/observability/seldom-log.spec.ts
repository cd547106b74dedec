import { SeldomLog } from './seldom-log.js';

describe('a log of what may repeat', () => {
  it('says the same at most every thirty seconds, and different things at once', () => {
    let now = 0;
    const said: string[] = [];
    const say = (facts: object, message: string) => said.push(`${message} ${JSON.stringify(facts)}`);
    const log = new SeldomLog({ warn: say, error: say }, () => now);
    for (; now < 30_000; now += 100) log.warn({ error: 'refused' }, 'the queue is away');
    log.error({ error: 'timeout' }, 'the queue is away');
    log.warn({ error: 'refused' }, 'the queue is away');
    expect(said).toEqual([
      'the queue is away {"error":"refused"}',
      'the queue is away {"error":"timeout"}',
      'the queue is away {"error":"refused"}',
    ]);
  });
});
