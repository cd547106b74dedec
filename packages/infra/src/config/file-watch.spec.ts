import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileWatch } from './file-watch.js';

describe('a watched file', () => {
  let folder: string;
  let path: string;
  let watch: FileWatch;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'retrain-watch-'));
    path = join(folder, 'file.yaml');
    writeFileSync(path, 'one');
    watch = new FileWatch(path);
    await watch.settle();
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const looks = async (times: number) => {
    const seen: boolean[] = [];
    for (let n = 0; n < times; n++) seen.push(await watch.changed());
    return seen;
  };

  it('has not changed as long as nobody writes it', async () => {
    expect(await looks(3)).toEqual([false, false, false]);
  });

  it('has changed once, when it has come to rest', async () => {
    writeFileSync(path, 'two, longer');
    expect(await looks(3)).toEqual([false, true, false]);
  });

  it('has not changed while somebody still writes', async () => {
    for (let n = 0; n < 3; n++) {
      appendFileSync(path, ' more');
      expect(await watch.changed()).toBe(false);
    }
    expect(await watch.changed()).toBe(true);
  });

  it('has changed when another file was renamed over it, of the same length and however old', async () => {
    writeFileSync(`${path}.new`, 'two');
    renameSync(`${path}.new`, path);
    expect(await looks(3)).toEqual([false, true, false]);
  });

  it('has not changed while it is away, but when it is back', async () => {
    rmSync(path);
    expect(await looks(3)).toEqual([false, false, false]);
    writeFileSync(path, 'back');
    expect(await looks(3)).toEqual([false, true, false]);
  });
});
