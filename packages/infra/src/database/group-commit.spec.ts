import { invalid, unavailable } from '@retrain/core';
import { GroupCommit } from './group-commit.js';

/** A table that holds each write until the spec lets it go. */
function heldWrites() {
  const batches: { items: readonly string[]; finish: (error?: unknown) => void }[] = [];
  const write = (items: readonly string[]) =>
    new Promise<void>((resolve, reject) => {
      batches.push({ items, finish: (error) => (error ? reject(error) : resolve()) });
    });
  const written = async (index: number) => {
    while (!batches[index]) await new Promise((resolve) => setImmediate(resolve));
    return batches[index];
  };
  return { batches, write, written };
}

describe('GroupCommit', () => {
  it('writes at once what came while the write before was under way', async () => {
    const { batches, write, written } = heldWrites();
    const commits = new GroupCommit(write);
    const answers = ['a', 'b', 'c'].map((item) => commits.add([item]));
    expect((await written(0)).items).toEqual(['a']);
    batches[0]!.finish();
    expect((await written(1)).items).toEqual(['b', 'c']);
    batches[1]!.finish();
    await Promise.all(answers);
    expect(batches).toHaveLength(2);
  });

  it('answers a caller only after its own write', async () => {
    const { batches, write, written } = heldWrites();
    const commits = new GroupCommit(write);
    const answered: string[] = [];
    const first = commits.add(['a']).then(() => answered.push('a'));
    const second = commits.add(['b']).then(() => answered.push('b'));
    (await written(0)).finish();
    await first;
    await written(1);
    expect(answered).toEqual(['a']);
    batches[1]!.finish();
    await second;
    expect(answered).toEqual(['a', 'b']);
  });

  it('keeps the items of a caller together and batches within the limit', async () => {
    const sizes: number[] = [];
    const commits = new GroupCommit<number>(async (items) => void sizes.push(items.length), 5);
    const items = (count: number) => Array.from({ length: count }, (_, index) => index);
    await Promise.all([1, 3, 3, 9, 2, 2].map((count) => commits.add(items(count))));
    expect(sizes).toEqual([1, 3, 3, 9, 4]);
  });

  it('refuses the callers of bad items and nobody else', async () => {
    const table: string[] = [];
    const write = async (items: readonly string[]) => {
      if (items.includes('poison')) throw invalid('unstorable_value', 'poison');
      table.push(...items);
    };
    const commits = new GroupCommit<string>(write);
    const callers = [['a'], ['b', 'c'], ['d', 'poison'], ['e'], ['poison'], ['f']];
    const answers = await Promise.allSettled(callers.map((items) => commits.add(items)));
    expect(answers.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
    expect(table).toEqual(['a', 'b', 'c', 'e', 'f']);
  });

  it('refuses a whole batch at once when the database is away, and works again when it is back', async () => {
    let away = true;
    let writes = 0;
    const commits = new GroupCommit<string>(async () => {
      writes++;
      await new Promise((resolve) => setImmediate(resolve));
      if (away) throw unavailable('database_unavailable', 'away');
    });
    const answers = await Promise.allSettled(Array.from({ length: 50 }, () => commits.add(['a'])));
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    expect(writes).toBe(2);
    away = false;
    await commits.add(['b']);
  });
});
