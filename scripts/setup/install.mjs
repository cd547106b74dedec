import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { root } from './root.mjs';

const lock = join(root, 'package-lock.json');
const installedLock = join(root, 'node_modules', '.package-lock.json');
const stamp = join(root, 'node_modules', '.retrain-installed');

/** Installs what the lock file names, unless that was done for this lock file, Node and machine before. */
export function ensureInstalled() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (!matchesLock()) {
    console.log('Installing dependencies …');
    const npm = process.env.npm_execpath;
    const args = ['ci', '--loglevel=error', '--no-progress'];
    if (npm?.endsWith('.js')) run('npm ci', process.execPath, [npm, ...args]);
    else run('npm ci', 'npm', args);
  }
  writeFileSync(stamp, wanted);
}

function fingerprint() {
  const { modules } = process.versions;
  return createHash('sha256')
    .update(readFileSync(lock))
    .update(`${modules} ${process.platform} ${process.arch}`)
    .digest('hex');
}

/** Whether npm itself already installed exactly this lock file: somebody's `npm install` needs no second one. */
function matchesLock() {
  if (!existsSync(installedLock)) return false;
  const { packages: wanted } = JSON.parse(readFileSync(lock, 'utf8'));
  const { packages: present } = JSON.parse(readFileSync(installedLock, 'utf8'));
  const kept = Object.keys(present).every((path) => wanted[path]?.version === present[path].version);
  return kept && Object.keys(wanted).every((path) => !path || wanted[path].optional || path in present);
}
