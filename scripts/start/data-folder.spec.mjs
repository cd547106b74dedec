import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdDataFolder } from './data-folder.mjs';

describe('the data folder of a start', () => {
  let folder;
  let other;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'retrain-folder-'));
  });
  afterEach(() => {
    other?.kill('SIGKILL');
    other = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  const heldBy = (pid) => writeFileSync(join(folder, 'start.pid'), String(pid));

  const spawnNamed = async (name) => {
    other = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => 0, 1000)', name], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise((resolve) => other.stdout.once('data', resolve));
    return other.pid;
  };

  it('is taken and given back', () => {
    const release = holdDataFolder(folder);
    expect(existsSync(join(folder, 'start.pid'))).toBe(true);
    release();
    expect(existsSync(join(folder, 'start.pid'))).toBe(false);
  });

  it('is refused while another start holds it, with what to do', async () => {
    heldBy(await spawnNamed('start.mjs'));
    expect(() => holdDataFolder(folder)).toThrow(/running on .* already \(process \d+\)\. Stop it, or choose another/);
  });

  it('is taken over from a start that is gone, or whose number another program has now', async () => {
    const pid = await spawnNamed('something-else');
    heldBy(pid);
    expect(() => holdDataFolder(folder)).not.toThrow();
    heldBy(2 ** 22 - 3);
    expect(() => holdDataFolder(folder)).not.toThrow();
  });
});
