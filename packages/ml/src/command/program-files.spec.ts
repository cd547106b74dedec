import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programFiles } from './program-files.js';

describe('the files of a command', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'retrain-files-')));
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are the program as the PATH finds it and every script, by their content', () => {
    writeFileSync(join(folder, 'learner'), 'program');
    writeFileSync(join(folder, 'train.py'), 'one');
    const command = ['learner', join(folder, 'train.py'), '--depth', '3', join(folder, 'missing.py'), folder];
    expect(programFiles(command, `/nowhere:${folder}`)).toEqual([
      { path: join(folder, 'learner'), sha256: sha256('program') },
      { path: join(folder, 'train.py'), sha256: sha256('one') },
    ]);
    writeFileSync(join(folder, 'train.py'), 'two');
    expect(programFiles(command, folder)[1]?.sha256).toBe(sha256('two'));
  });
});
