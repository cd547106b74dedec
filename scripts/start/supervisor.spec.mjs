import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Supervised } from './supervisor.mjs';

const stays = 'setInterval(() => {}, 1000);';
const marks = `require('node:fs').appendFileSync(process.env.MARKS, process.pid + '\\n');`;

describe('a supervised process', () => {
  let folder;
  let marksFile;
  let supervised;
  let verdict;

  /** Its pid stands in the marks once it listens to what `listeners` says. */
  function supervise(code, listeners = '') {
    const main = join(folder, 'main.cjs');
    writeFileSync(main, listeners + marks + code);
    const app = { name: 'gateway', main, variable: 'GATEWAY_PORT', port: 1 };
    supervised = new Supervised(app, { MARKS: marksFile, NODE_OPTIONS: '' }, (reason) => (verdict = reason));
    supervised.start();
  }

  const pids = () => readFileSync(marksFile, 'utf8').trim().split('\n').filter(Boolean).map(Number);

  async function until(condition) {
    for (const end = Date.now() + 15_000; !condition(); await sleep(20)) {
      if (Date.now() > end) throw new Error('It did not happen within 15 s.');
    }
  }

  function runs(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'retrain-supervisor-'));
    marksFile = join(folder, 'marks');
    writeFileSync(marksFile, '');
    verdict = undefined;
  });

  afterEach(async () => {
    await supervised.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is started again after it was killed', async () => {
    supervise(stays);
    await until(() => pids().length === 1);
    process.kill(pids()[0], 'SIGKILL');
    await until(() => pids().length === 2);
    expect(runs(pids()[1])).toBe(true);
    expect(verdict).toBeUndefined();
  });

  it('is given up at once when its configuration is wrong', async () => {
    supervise('process.exit(78);');
    await until(() => verdict !== undefined);
    expect(verdict).toContain('cannot run with this configuration');
    await sleep(700);
    expect(pids()).toHaveLength(1);
  });

  it('is stopped by a signal that it may answer in its own time, and not started again', async () => {
    supervise(stays, `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 300));`);
    await until(() => pids().length === 1);
    await supervised.stop();
    expect(runs(pids()[0])).toBe(false);
    await sleep(700);
    expect(pids()).toHaveLength(1);
  });

  it('notices the end of its supervisor by the closed channel', async () => {
    supervise(stays, `process.on('disconnect', () => process.exit(0));`);
    await until(() => pids().length === 1);
    const exit = new Promise((resolve) => supervised.child.once('exit', resolve));
    supervised.child.disconnect();
    expect(await exit).toBe(0);
  });
});
