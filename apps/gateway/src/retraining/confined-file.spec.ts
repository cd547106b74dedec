import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfinedFile } from './confined-file.js';

let around: string;
let folder: string;

beforeEach(async () => {
  around = await mkdtemp(join(tmpdir(), 'retrain-confined-'));
  folder = join(around, 'reports');
});

afterEach(() => rm(around, { recursive: true, force: true }));

const write = async (name: string) => (await ConfinedFile.within(folder, name)).write('{}');

describe('a file confined to a folder', () => {
  it('is written below the folder, which is made when it is missing', async () => {
    await write('exports/today.json');
    expect(await readFile(join(folder, 'exports', 'today.json'), 'utf8')).toBe('{}');
    expect(await readdir(join(folder, 'exports'))).toEqual(['today.json']);
  });

  it('replaces an older one', async () => {
    await write('a.json');
    await (await ConfinedFile.within(folder, 'a.json')).write('[]');
    expect(await readFile(join(folder, 'a.json'), 'utf8')).toBe('[]');
  });

  it.each(['../a.json', 'b/../../a.json', '/tmp/a.json', 'C:/a.json', '..\\a.json', 'a.txt', 'a\0.json', '..'])(
    'is refused under the name %j',
    async (name) => {
      await expect(write(name)).rejects.toMatchObject({ kind: 'invalid', code: 'path_refused' });
      expect(await readdir(around).then((names) => names.filter((one) => one !== 'reports'))).toEqual([]);
    },
  );

  it('is refused under a name that no file system takes', async () => {
    await expect(write(`${'a'.repeat(250)}.json`)).rejects.toMatchObject({ code: 'path_refused' });
    await expect(write(`${'é'.repeat(120)}/a.json`)).rejects.toMatchObject({ code: 'path_refused' });
    await write(`${'a'.repeat(195)}.json`);
  });

  it('is refused behind a symbolic link to elsewhere', async () => {
    await mkdir(folder);
    await mkdir(join(around, 'elsewhere'));
    await symlink(join(around, 'elsewhere'), join(folder, 'link'));
    await expect(write('link/a.json')).rejects.toMatchObject({ code: 'path_refused' });
    expect(await readdir(join(around, 'elsewhere'))).toEqual([]);
  });

  it('is refused where a symbolic link or a folder stands', async () => {
    await mkdir(join(folder, 'b.json'), { recursive: true });
    await writeFile(join(around, 'victim'), 'precious');
    await symlink(join(around, 'victim'), join(folder, 'a.json'));
    await expect(write('a.json')).rejects.toMatchObject({ code: 'path_refused' });
    await expect(write('b.json')).rejects.toMatchObject({ code: 'path_refused' });
    expect(await readFile(join(around, 'victim'), 'utf8')).toBe('precious');
  });
});
