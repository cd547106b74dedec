import { FittingProcess } from './fitting-process.js';

/** An idle process and what ends its idleness. */
interface Idle {
  readonly process: FittingProcess;
  readonly expiry: NodeJS.Timeout;
}

/**
 * The fitting processes of one host: never more of them than fits ran at once, idle ones included.
 *
 * Idle ones end after a short while, with their host, and when another memory limit is asked for; they keep no host alive.
 */
export class FittingProcesses {
  /** The one that was used last stands at the end. */
  private idle: readonly Idle[] = [];
  private running = 0;
  private most = 0;

  /** @param keepMilliseconds how long an idle process waits for its next fit. */
  constructor(private readonly keepMilliseconds: number) {}

  /** An idle process with this memory limit, if there is one. */
  takeUsed(memoryMb: number): FittingProcess | undefined {
    const found = this.idle.findLast(({ process }) => process.memoryMb === memoryMb && process.alive);
    if (!found) return undefined;
    this.forget(found.process);
    found.process.hold(true);
    this.begin();
    return found.process;
  }

  /** A process that has fitted nothing yet. */
  start(memoryMb: number): FittingProcess {
    this.begin();
    for (const { process } of this.idle.slice(0, Math.max(0, this.running + this.idle.length - this.most))) {
      this.end(process);
    }
    const started = new FittingProcess(memoryMb);
    for (const end of ['exit', 'disconnect']) started.child.once(end, () => this.end(started));
    return started;
  }

  /** Takes back a process that is ready for another fit. */
  keep(process: FittingProcess): void {
    if (!process.alive) return this.release(process);
    this.running--;
    process.hold(false);
    const expiry = setTimeout(() => this.end(process), this.keepMilliseconds).unref();
    this.idle = [...this.idle, { process, expiry }];
  }

  /** Lets go of a process that is not ready for another fit: it has ended, or does now. */
  release(process: FittingProcess): void {
    this.running--;
    if (process.alive) process.signal('SIGKILL');
  }

  private begin(): void {
    this.running++;
    this.most = Math.max(this.most, this.running);
  }

  private end(process: FittingProcess): void {
    if (this.forget(process)) process.signal('SIGKILL');
  }

  private forget(process: FittingProcess): boolean {
    const known = this.idle.find((idle) => idle.process === process);
    if (!known) return false;
    clearTimeout(known.expiry);
    this.idle = this.idle.filter((idle) => idle !== known);
    return true;
  }
}
