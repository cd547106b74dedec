import { Worker } from 'node:worker_threads';

/** Start of the line that the fitting process leaves behind when it ends itself over its memory. */
export const MEMORY_MARK = 'retrain: resident memory over its limit';

const EVERY_MILLISECONDS = 200;

/**
 * Ends this process when its parent has died, or when it holds more than `memoryMb` megabytes.
 *
 * Watches from a thread of its own, because a trainer may not return to the event loop for minutes; and watches resident
 * memory, because V8's heap limit does not count typed arrays and native memory.
 */
export function startWatchdog(memoryMb: number): void {
  const source = `
    import { writeSync } from 'node:fs';
    const parent = ${process.ppid};
    setInterval(() => {
      if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
      const megabytes = process.memoryUsage.rss() / 1048576;
      if (megabytes <= ${memoryMb}) return;
      writeSync(2, '\\n${MEMORY_MARK}: ' + Math.round(megabytes) + ' of ${memoryMb} MB\\n');
      process.kill(process.pid, 'SIGKILL');
    }, ${EVERY_MILLISECONDS});`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  worker.unref();
}
