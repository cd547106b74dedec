import { coinRecords, servingCoin } from '../testing/index.js';

const observed = (count: number, start: string, idPrefix: string) =>
  coinRecords(count, { start, idPrefix, seed: 3 }).map((record) => ({ ...record, model: 'coin' }));

describe('what a model knows', () => {
  it('is unavailable until its history was read', async () => {
    const { states } = await servingCoin();
    expect(() => states.of('coin')).toThrow(expect.objectContaining({ code: 'state_unavailable' }) as Error);
    await states.refresh('coin');
    expect(states.of('coin').describe()).toEqual({ tosses: 400 });
  });

  it('is history before training_data_until and everything observed', async () => {
    const { states, records } = await servingCoin({ config: { training_data_until: '2020-02-01' } });
    await records.save(observed(6, '2020-02-01T00:00:00Z', 'later'));
    await states.refresh('coin');
    expect(states.status('coin')).toMatchObject({ records: 68, newest: new Date('2020-02-03T00:00:00Z') });
  });

  it('learns new records at the end without being rebuilt', async () => {
    const { states, records } = await servingCoin();
    await states.refresh('coin');
    const before = states.of('coin');
    await records.save(observed(4, '2024-01-01T00:00:00Z', 'new'));
    await states.refresh('coin');
    expect(states.of('coin')).toBe(before);
    expect(before.describe()).toEqual({ tosses: 404 });
  });

  it('is rebuilt when a record belongs before the newest one, or corrects a known one', async () => {
    const { states, records } = await servingCoin();
    await states.refresh('coin');
    const first = states.of('coin');
    await records.save(observed(2, '2019-01-01T00:00:00Z', 'older'));
    await states.refresh('coin');
    const second = states.of('coin');
    expect(second).not.toBe(first);
    expect(second.describe()).toEqual({ tosses: 402 });

    const [toss] = observed(2, '2019-01-01T00:00:00Z', 'older');
    const side = toss!.payload.side === 'heads' ? 'tails' : 'heads';
    const run = () => states.of('coin').features({ payload: { tilt: 0 } }).values[1]!;
    const runBefore = run();
    await records.save([{ ...toss!, payload: { ...toss!.payload, side } }]);
    await states.refresh('coin');
    expect(states.of('coin').describe()).toEqual({ tosses: 402 });
    expect(run() - runBefore).toBe(side === 'heads' ? 2 : -2);
  });

  it('answers from the old state while it is rebuilt', async () => {
    const { states, records } = await servingCoin();
    await states.refresh('coin');
    const old = states.of('coin');
    await records.save(observed(2, '2019-01-01T00:00:00Z', 'older'));
    const rebuilt = states.refresh('coin');
    expect(states.of('coin')).toBe(old);
    await rebuilt;
    expect(states.of('coin')).not.toBe(old);
  });

  it('is the same however the records arrive', async () => {
    const rows = observed(40, '2024-01-01T00:00:00Z', 'new');
    const shuffled = [...rows].sort((a, b) => (a.key < b.key ? 1 : -1));
    const [inOrder, backwards] = await Promise.all(
      [rows, shuffled].map(async (arrivals) => {
        const { states, records } = await servingCoin();
        await states.refresh('coin');
        for (const arrival of arrivals) {
          await records.save([arrival]);
          await states.refresh('coin');
        }
        return states.of('coin').features({ payload: { tilt: 0.25 } });
      }),
    );
    expect(backwards).toEqual(inOrder);
  });

  it('follows the configuration to another history', async () => {
    const { states, config } = await servingCoin();
    await states.refresh('coin');
    await config.update({ training_data_until: '2020-01-02' }, 'api');
    await states.refresh('coin');
    expect(states.status('coin').records).toBe(2);
  });

  it('keeps answering when its source has become unreadable, and says why', async () => {
    const { states, config } = await servingCoin();
    await states.refresh('coin');
    await config.update({ training_data_path: 'gone.csv' }, 'api');
    await expect(states.refresh('coin')).rejects.toMatchObject({ code: 'data_file_missing' });
    expect(states.status('coin')).toMatchObject({
      records: 400,
      problem: expect.stringContaining('gone.csv') as string,
    });
    expect(states.of('coin').describe()).toEqual({ tosses: 400 });
  });
});
