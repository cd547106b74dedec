import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/root.mjs';

const folder = join(root, 'node_modules', '.cache', 'python-trainer');
const requirements = join(root, 'examples', 'python-trainer', 'requirements.txt');

const works = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Installs what the Python example needs into an environment of its own; where that is impossible its specs are skipped. */
export function ensurePython() {
  const stamp = join(folder, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
  if (works('python3', ['-m', 'venv', folder]) && works(join(folder, 'bin', 'python'), pip)) {
    writeFileSync(stamp, wanted);
    return;
  }
  rmSync(folder, { recursive: true, force: true });
  console.log('skip  specs of the Python example: there is no python3 with venv, or its packages cannot be installed');
}
