import type { FittedModel } from '@retrain/core';
import { setPriority } from 'node:os';
import { loadTrainers } from './load-trainers.js';
import { reportOf, type FitOrder, type FitReport } from './messages.js';
import { startWatchdog } from './watchdog.js';

// Entry of the fitting process: one order in, reports out, then it ends.

/** Below the processes that answer requests on the same machine. */
const NICENESS = 10;

process.on('disconnect', endGroup);
process.on('uncaughtException', (error) => finish(reportOf(error)));
process.once('message', (order: FitOrder) => void answer(order));

async function answer(order: FitOrder): Promise<void> {
  startWatchdog(order.memoryMb);
  lowerPriority();
  finish(await fit(order).catch(reportOf));
}

function finish(outcome: FitReport): void {
  process.send!(outcome, undefined, undefined, () => process.exit(0));
}

async function fit(order: FitOrder): Promise<FitReport> {
  const trainers = await loadTrainers(order.modules);
  const { dataset, options, seed, lineage, initial } = order;
  const model = await trainers.get(order.trainer).fit({
    dataset,
    options,
    seed,
    lineage,
    ...(initial ? { initial } : {}),
    // The host aborts by ending this process.
    signal: new AbortController().signal,
    onProgress: (fraction) => report({ kind: 'progress', fraction }),
  });
  return { kind: 'fitted', model: checked(model, order) };
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
