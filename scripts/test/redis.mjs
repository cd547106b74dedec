import { spawnSync } from 'node:child_process';

const works = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Installs redis-server where that is possible (root on Debian or Ubuntu); elsewhere the specs on Redis are skipped. */
export function ensureRedis() {
  if (works('redis-server', ['--version'])) return;
  if (process.getuid?.() === 0 && works('apt-get', ['--version'])) {
    const install = () => works('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'redis-server']);
    if (install() || (works('apt-get', ['update', '-q']) && install())) return;
  }
  console.log('skip  specs on Redis: there is no redis-server on the PATH, and it could not be installed');
}
