import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { sourceArguments } from '../testing/spawn-source.js';

const app = join(import.meta.dirname, '../testing/process/closing-app.ts');

function start(mode: 'closes' | 'fails' | 'hangs'): ChildProcess {
  return spawn(process.execPath, [...sourceArguments(app), mode], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

const up = (child: ChildProcess) => new Promise((resolve) => child.once('message', resolve));
const exitOf = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));

describe('a process that closes on signals', () => {
  it.each([
    ['closes', 'SIGTERM', 0],
    ['closes', 'SIGINT', 0],
    ['fails', 'SIGTERM', 1],
    ['hangs', 'SIGTERM', 1],
  ] as const)('that %s exits on %s with %i', async (mode, signal, code) => {
    const child = start(mode);
    await up(child);
    const exit = exitOf(child);
    child.kill(signal);
    expect(await exit).toBe(code);
  });

  it('leaves when its parent is gone', async () => {
    const child = start('closes');
    await up(child);
    const exit = exitOf(child);
    child.disconnect();
    expect(await exit).toBe(0);
  });
});
