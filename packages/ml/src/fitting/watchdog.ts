import { Worker } from 'node:worker_threads';

/** Start of the line that the fitting process leaves behind when it ends itself over its memory. */
export const MEMORY_MARK = 'retrain: resident memory over its limit';

const EVERY_MILLISECONDS = 200;

/**
 * Ends this process and all that it started when its parent has died, or when together they hold more than `memoryMb`
 * megabytes.
 *
 * Watches from a thread of its own, because a trainer may not return to the event loop for minutes; and watches resident
 * memory, because V8's heap limit does not count typed arrays and native memory. Programs that it started are counted
 * where /proc tells of them (Linux); this process must lead its process group.
 */
export function startWatchdog(memoryMb: number): void {
  const source = `
    import { readdirSync, readFileSync, writeSync } from 'node:fs';
    const parent = ${process.ppid};
    const endGroup = () => {
      try { process.kill(-process.pid, 'SIGKILL'); } catch { process.kill(process.pid, 'SIGKILL'); }
    };
    const read = (path) => { try { return readFileSync(path, 'latin1'); } catch { return ''; } };
    const others = () => {
      if (read('/proc/self/task/' + process.pid + '/children') === '') return 0;
      let kilobytes = 0;
      for (const name of readdirSync('/proc')) {
        if (!/^[0-9]+$/.test(name) || Number(name) === process.pid) continue;
        const stat = read('/proc/' + name + '/stat');
        if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) !== process.pid) continue;
        kilobytes += Number(/VmRSS:\\s+(\\d+)/.exec(read('/proc/' + name + '/status'))?.[1] ?? 0);
      }
      return kilobytes / 1024;
    };
    setInterval(() => {
      if (process.ppid !== parent) endGroup();
      const megabytes = process.memoryUsage.rss() / 1048576 + others();
      if (megabytes <= ${memoryMb}) return;
      writeSync(2, '\\n${MEMORY_MARK}: ' + Math.round(megabytes) + ' of ${memoryMb} MB\\n');
      endGroup();
    }, ${EVERY_MILLISECONDS});`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  worker.unref();
}
