/**
 * Ends this process in an orderly way, once, when it is told to: SIGINT, SIGTERM, or the end of the process that
 * started it with an IPC channel (so that a killed supervisor leaves nobody behind).
 *
 * Exits 0 when `close` resolved, 1 when it rejected or took longer than `graceSeconds`.
 */
export function closeOnSignal(close: () => Promise<void>, graceSeconds = 25): void {
  let closing = false;
  const end = (reason: string) => {
    if (closing) return;
    closing = true;
    const impatience = setTimeout(() => {
      console.error(`Not closed ${graceSeconds} s after ${reason}; leaving.`);
      process.exit(1);
    }, graceSeconds * 1000);
    impatience.unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('Closing failed:', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => end('SIGINT'));
  process.on('SIGTERM', () => end('SIGTERM'));
  if (process.channel) process.on('disconnect', () => end('the end of the parent process'));
}
