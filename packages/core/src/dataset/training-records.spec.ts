import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installation, type Installation } from '../testing/installation.js';
import { tosses, type Toss } from '../testing/coin-model.js';
import { TrainingRecords } from './training-records.service.js';

function withFile(rows: readonly object[], config: object = {}): Installation {
  const house = installation({ config: { training_data_path: 'tosses.csv', ...config } });
  house.reader.files.set('tosses.csv', rows as readonly Record<string, unknown>[]);
  return house;
}

async function observe(house: Installation, rows: readonly Toss[]): Promise<void> {
  const records = rows.map((row) => house.plugins.models.get('coin').parseRecord({ ...row })!);
  await house.records.save(records.map((record) => ({ ...record, model: 'coin' })));
}

const now = new Date('2024-01-01T00:00:00Z');

describe('training data', () => {
  it('is history and newly observed rows, without duplicates, in order of time', async () => {
    const rows = tosses(10);
    const house = withFile([...rows].reverse());
    await observe(house, [...rows.slice(0, 3), ...tosses(4, { start: '2020-06-01T00:00:00Z', idPrefix: 'new' })]);
    const { records, duplicates } = await house.get(TrainingRecords).all('coin', now);
    expect(records).toHaveLength(14);
    expect(duplicates).toBe(3);
    const times = records.map(({ occurredAt }) => occurredAt.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('takes the observed row where history has the same one: it may be a correction', async () => {
    const [toss] = tosses(1);
    const house = withFile([{ ...toss!, side: 'heads' }]);
    await observe(house, [{ ...toss!, side: 'tails' }]);
    const { records } = await house.get(TrainingRecords).all('coin', now);
    expect(records.map(({ payload }) => payload['side'])).toEqual(['tails']);
  });

  it('knows nothing after its day; future dates are left out and counted', async () => {
    const house = withFile(tosses(10, { perDay: 1 }));
    const asOf = new Date('2020-01-04T00:00:00Z');
    await observe(house, tosses(10, { perDay: 1, idPrefix: 'new' }));
    const { records, future } = await house.get(TrainingRecords).all('coin', asOf);
    expect(records).toHaveLength(8);
    expect(records.every(({ occurredAt }) => occurredAt <= asOf)).toBe(true);
    expect(future).toBe(12);
    house.clock.set('2020-01-02T12:00:00Z');
    expect(await house.get(TrainingRecords).history('coin')).toMatchObject({ future: 8 });
  });

  it('ends its history before training_data_until, but keeps rows observed since', async () => {
    const house = withFile(tosses(10, { perDay: 1 }), { training_data_until: '2020-01-05' });
    await observe(house, tosses(2, { start: '2020-02-01T00:00:00Z', idPrefix: 'new' }));
    expect((await house.get(TrainingRecords).history('coin')).records).toHaveLength(4);
    expect((await house.get(TrainingRecords).all('coin', now)).records).toHaveLength(6);
  });

  it('keeps bad rows aside with their reasons, and uses the others', async () => {
    const house = withFile([{ ...tosses(1)[0]! }, { id: 'x', at: 'never', tilt: NaN, side: 'edge' }, { game: 'dice' }]);
    const { records, rejected } = await house.get(TrainingRecords).all('coin', now);
    expect(records).toHaveLength(1);
    expect(rejected).toEqual([{ row: 2, reason: expect.stringMatching(/at: must be a time; tilt: .*; side: /) }]);
  });

  it('counts a row that the file has twice', async () => {
    const [toss] = tosses(1);
    const { records, duplicates } = await withFile([toss!, toss!]).get(TrainingRecords).history('coin');
    expect([records.length, duplicates]).toEqual([1, 1]);
  });

  it('says which file is missing', async () => {
    const house = installation({ config: { training_data_path: 'absent.csv' } });
    await expect(house.get(TrainingRecords).history('coin')).rejects.toMatchObject({ code: 'data_file_missing' });
  });

  it('says so when a model brings no data of that name', async () => {
    const house = installation({ config: { training_data_path: 'quickstart:dice' } });
    await expect(house.get(TrainingRecords).history('coin')).rejects.toMatchObject({ code: 'unknown_builtin_data' });
  });

  it('is read again only when the file has changed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'records-'));
    try {
      const path = join(folder, 'tosses.csv');
      await writeFile(path, 'one');
      const house = installation({ config: { training_data_path: path } });
      house.reader.files.set(path, tosses(3) as unknown as readonly Record<string, unknown>[]);
      const training = house.get(TrainingRecords);
      await training.history('coin');
      await training.all('coin', now);
      expect(house.reader.reads).toBe(1);
      house.reader.files.set(path, tosses(5) as unknown as readonly Record<string, unknown>[]);
      await utimes(path, now, new Date('2030-01-01'));
      expect((await training.history('coin')).records).toHaveLength(5);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
