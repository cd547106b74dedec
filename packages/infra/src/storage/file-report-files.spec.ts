import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileReportFiles } from './file-report-files.js';

describe('report files', () => {
  let home: string;

  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'retrain-reports-'))));
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('are written whole and replaced, and their paths are told as the folder was given', async () => {
    const files = new FileReportFiles(home);
    await files.write('reports', { 'run-1.json': 'old' });
    const paths = await files.write('reports', { 'run-1.json': '{}', 'run-1.md': '# ä' });
    expect(paths).toEqual(['reports/run-1.json', 'reports/run-1.md']);
    expect(readFileSync(join(home, 'reports/run-1.md'), 'utf8')).toBe('# ä');
    expect(readdirSync(join(home, 'reports')).sort()).toEqual(['run-1.json', 'run-1.md']);
  });

  it.each(['../run.md', '/etc/run.md', '.', '', 'a/../../run.md'])('never leave their folder (%j)', async (name) => {
    const files = new FileReportFiles(home);
    await expect(files.write('reports', { 'fine.md': 'x', [name]: 'x' })).rejects.toMatchObject({
      code: 'path_outside',
    });
    expect(readdirSync(home)).toEqual([]);
  });
});
