import type { FittedModel } from '@retrain/core';
import { setPriority } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { footprint } from './footprint.js';
import { loadTrainers } from './load-trainers.js';
import { reportOf, type FitOrder, type FitReport } from './messages.js';
import { startWatchdog } from './watchdog.js';

// Entry of the fitting process: orders in, one after the other, and reports out. It ends with the first fit that did not
// succeed, or that may have left something behind.

/** Below the processes that answer requests on the same machine. */
const NICENESS = 10;
/** Fits of one process at most: small leaks do not add up. */
const FITS = 100;
/**
 * Share of the memory between the start and the limit that fits may leave taken: code that was compiled and libraries that
 * were loaded stay within it, and the next fit has most of what a first one has. One that needs the rest as well is done
 * again in a fresh process.
 */
const LEFT_SHARE = 0.25;

const BYTES_PER_MB = 1_048_576;

/** Resident bytes before the first order is read. */
const startedWith = process.memoryUsage.rss();
/** The footprint before the first fit. */
let clean: string | undefined;
let fits = 0;
/** `telling`: the outcome is on its way to the host. */
let state: 'idle' | 'fitting' | 'telling' = 'idle';
/** Whether something failed that no fit can be blamed for. */
let spoilt = false;

process.on('disconnect', endGroup);
process.on('uncaughtException', (error) => {
  if (state === 'fitting') finish(reportOf(error));
  // What an earlier fit left behind has failed: the host notices the end of the process.
  else if (state === 'idle') process.exit(1);
  else spoilt = true;
});
process.on('message', (order: FitOrder) => void answer(order));

async function answer(order: FitOrder): Promise<void> {
  state = 'fitting';
  process.env.TMPDIR = process.env.TEMP = order.folder;
  if (fits++ === 0) {
    startWatchdog(order.memoryMb);
    lowerPriority();
  }
  const { outcome, stateless } = await fit(order).catch((error: unknown) => {
    return { outcome: reportOf(error), stateless: false };
  });
  const { memoryMb } = order;
  if (!stateless || state !== 'fitting') return finish(outcome);
  tell(outcome, () => void settle(memoryMb));
}

function finish(outcome: FitReport): void {
  // Its fit may have failed meanwhile, by an error that nobody caught.
  if (state === 'fitting') tell(outcome, () => process.exit(0));
}

function tell(outcome: FitReport, next: () => void): void {
  process.send!(outcome, undefined, undefined, next);
  state = 'telling';
}

async function fit(order: FitOrder): Promise<{ readonly outcome: FitReport; readonly stateless: boolean }> {
  const trainers = await loadTrainers(order.modules);
  clean ??= await nextFootprint();
  const { dataset, options, seed, lineage, initial } = order;
  const trainer = trainers.get(order.trainer);
  const model = await trainer.fit({
    dataset,
    options,
    seed,
    lineage,
    ...(initial ? { initial } : {}),
    // The host aborts by ending this process.
    signal: new AbortController().signal,
    onProgress: (fraction) => report({ kind: 'progress', fraction }),
  });
  return { outcome: { kind: 'fitted', model: checked(model, order) }, stateless: trainer.stateless === true };
}

/** Waits for the next order, if the fits so far have left nothing behind. */
async function settle(memoryMb: number): Promise<void> {
  const now = await nextFootprint();
  if (spoilt || fits >= FITS || now !== clean || leftTaken(memoryMb)) process.exit(0);
  state = 'idle';
  report({ kind: 'ready' });
}

/** Whether too much memory is taken that no collection of garbage sets free. */
function leftTaken(memoryMb: number): boolean {
  const allowed = (memoryMb * BYTES_PER_MB - startedWith) * LEFT_SHARE;
  const over = () => process.memoryUsage.rss() - startedWith > allowed;
  // The second one sets the typed arrays free that the first one found.
  for (let collected = 0; collected < 2 && over(); collected++) gc!();
  return over();
}

/** The footprint after whatever is due at once. */
async function nextFootprint(): Promise<string> {
  await nextTurn();
  return footprint();
}

/** Refuses what a trainer hands back when it is not a model: nothing later would say whose fault it was. */
function checked(model: FittedModel, { trainer, dataset: { task } }: FitOrder): FittedModel {
  const { artifact, check, diagnostics } = model ?? {};
  const outputs = task.kind === 'classification' ? task.classes.length : 1;
  if (!(artifact instanceof Uint8Array) || artifact.length === 0)
    throw new Error(`trainer ${trainer} returned no artifact`);
  if (!(check?.scores instanceof Float64Array) || check.scores.length !== check.rows * outputs) {
    throw new Error(`trainer ${trainer} returned scores that are not ${check?.rows} rows x ${outputs}`);
  }
  return { artifact, check, diagnostics };
}

function report(message: FitReport): void {
  if (process.connected) process.send!(message);
}

/** The host has died: nothing that was started here may outlive it. */
function endGroup(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.exit(1);
  }
}

function lowerPriority(): void {
  try {
    setPriority(NICENESS);
  } catch {
    // A sandbox may forbid it; the fit is right at any priority.
  }
}
