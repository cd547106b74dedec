import {
  DomainError,
  Fitting,
  invalid,
  messageOf,
  unprocessable,
  type FittedModel,
  type FittingJob,
  type Registry,
  type TrainerDefinition,
} from '@retrain/core';
import type { ChildProcess } from 'node:child_process';
import { makeFittingFolder, removeFittingFolder } from './fitting-folder.js';
import { startFittingProcess, signalGroup } from './fitting-process.js';
import { loadTrainers } from './load-trainers.js';
import { domainErrorOf, type FitOrder, type FitReport } from './messages.js';
import { MEMORY_MARK } from './watchdog.js';

/** How long a process that was asked to end may take; a cancelled run is over within 2 s all the same. */
const GRACE_MILLISECONDS = 1000;
/** Characters of its error output that are kept. */
const ERROR_OUTPUT = 65_536;

export interface ChildProcessFittingOptions {
  /** Plug-in modules whose trainers are available too: file URLs, absolute paths or package names; each exports `plugin`. */
  readonly modules?: readonly string[];
}

/**
 * Fits every recipe in a child process of its own.
 *
 * The process gets the dataset in binary over its IPC channel and a low priority; it ends with its job, with its host, on
 * abort, time-out or too much memory (`limits.memoryMb` counts all of it: about 70 MB are the runtime's).
 */
export class ChildProcessFitting extends Fitting {
  private readonly modules: readonly string[];
  private loaded?: Promise<Registry<TrainerDefinition>>;

  constructor(options: ChildProcessFittingOptions = {}) {
    super();
    this.modules = options.modules ?? [];
  }

  override async fit(job: FittingJob): Promise<FittedModel> {
    job.signal.throwIfAborted();
    const { recipe, dataset, seed, lineage, initial, limits } = job;
    this.loaded ??= loadTrainers(this.modules);
    const trainers = await this.loaded.catch((error: unknown) => {
      throw failed(messageOf(error));
    });
    const trainer = trainers.get(recipe.use);
    if (!trainer.tasks.includes(dataset.task.kind)) {
      const message = `Trainer ${trainer.name} does ${trainer.tasks.join(' and ')}, the model needs ${dataset.task.kind}.`;
      throw invalid('invalid_trainer_options', message, [{ path: 'use', message, given: recipe.use }]);
    }
    const options = trainer.parseOptions(recipe.with);
    job.signal.throwIfAborted();
    const order: FitOrder = {
      modules: this.modules,
      trainer: recipe.use,
      options,
      dataset,
      seed,
      lineage,
      ...(initial ? { initial } : {}),
      memoryMb: limits.memoryMb,
    };
    return new FittingAttempt(order, job).result();
  }
}

/** One process and what becomes of it. */
class FittingAttempt {
  private readonly child: ChildProcess;
  private readonly folder = makeFittingFolder();
  private report?: Exclude<FitReport, { kind: 'progress' }>;
  private errorOutput = '';
  /** Why the host ended the process, if it did. */
  private ended?: { readonly error: unknown; readonly kill: NodeJS.Timeout };

  constructor(
    order: FitOrder,
    private readonly job: FittingJob,
  ) {
    this.child = startFittingProcess(job.limits.memoryMb, this.folder);
    this.child.on('message', (message) => this.receive(message as FitReport));
    this.child.stderr!.setEncoding('utf8');
    this.child.stderr!.on('data', (text: string) => {
      this.errorOutput = (this.errorOutput + text).slice(-ERROR_OUTPUT);
    });
    // A process that ends before it has read its order is reported by its exit.
    this.child.send(order, () => undefined);
  }

  result(): Promise<FittedModel> {
    const { signal, limits } = this.job;
    const abort = () => this.end(signal.reason);
    const timeout = setTimeout(() => this.end(timedOut(limits.timeoutSeconds)), limits.timeoutSeconds * 1000);
    signal.addEventListener('abort', abort, { once: true });
    return new Promise<FittedModel>((resolve, reject) => {
      this.child.once('error', (error) => reject(failed(`its process cannot be started: ${messageOf(error)}`)));
      // Whatever the trainer has started ends with it, and so lets go of the error output.
      this.child.once('exit', () => signalGroup(this.child, 'SIGKILL'));
      this.child.once('close', (code, killedBy) => {
        if (!this.ended && this.report?.kind === 'fitted') resolve(this.report.model);
        else reject(this.failure(code, killedBy));
      });
    }).finally(() => {
      clearTimeout(timeout);
      clearTimeout(this.ended?.kill);
      signal.removeEventListener('abort', abort);
      removeFittingFolder(this.folder);
    });
  }

  private receive(message: FitReport): void {
    if (message.kind !== 'progress') this.report = message;
    else if (!this.ended) this.job.onProgress?.(message.fraction);
  }

  private end(error: unknown): void {
    if (this.ended) return;
    const kill = setTimeout(() => signalGroup(this.child, 'SIGKILL'), GRACE_MILLISECONDS);
    this.ended = { error, kill };
    signalGroup(this.child, 'SIGTERM');
  }

  private failure(code: number | null, killedBy: NodeJS.Signals | null): unknown {
    if (this.ended) return this.ended.error;
    if (this.report?.kind === 'refused') return domainErrorOf(this.report.refusal);
    const said = this.report?.kind === 'failed' ? this.report.message : this.errorOutput;
    if (OUT_OF_MEMORY.test(said)) return outOfMemory(this.job.limits.memoryMb);
    if (this.report?.kind === 'failed') return failed(this.report.message);
    const last = this.errorOutput.trim().split('\n').at(-1);
    return failed(`its process ended by ${killedBy ?? `exit code ${code}`}${last ? `: ${last}` : ''}`);
  }
}

/** V8's heap, a typed array that cannot be had, or the watchdog of the fitting process. */
const OUT_OF_MEMORY = new RegExp(`heap out of memory|Array buffer allocation failed|${MEMORY_MARK}`);

function failed(reason: string): DomainError {
  return unprocessable('fitting_failed', `The fit failed: ${reason}`);
}

function timedOut(seconds: number): DomainError {
  const message = `The fit took longer than ${seconds} s. Allow it more time, or give it less data or a simpler recipe.`;
  return unprocessable('fitting_timed_out', message);
}

function outOfMemory(megabytes: number): DomainError {
  const message = `The fit needed more than ${megabytes} MB. Allow it more memory, or give it less data or a simpler recipe.`;
  return unprocessable('fitting_out_of_memory', message);
}
