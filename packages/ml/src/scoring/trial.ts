import { messageOf, type ScorerExpectation } from '@retrain/core';
import { tmpdir } from 'node:os';
import { signalGroup, startChild } from '../fitting/fitting-process.js';
import { domainErrorOf, type FitReport } from '../fitting/messages.js';
import { MEMORY_MARK } from '../fitting/watchdog.js';
import { invalidArtifact } from '../onnx/inspect-artifact.js';

/** What an artifact may take while it is tried out. */
export interface TrialLimits {
  /** All memory of the process; some 150 MB are the runtime's. */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
}

/** What the process of a trial is sent, once. */
export interface TrialOrder {
  readonly artifact: Uint8Array;
  readonly expectation: ScorerExpectation;
  readonly memoryMb: number;
}

/** What it sends back: nothing is wrong, or what is. */
export type TrialReport = { readonly kind: 'fine' } | Extract<FitReport, { kind: 'refused' | 'failed' }>;

const source = import.meta.url.endsWith('.ts');
const entry = source ? new URL('./trial-child.ts', import.meta.url) : new URL('./trial-child.js', import.meta.url);

/**
 * Loads an artifact and asks it about probe rows in a process of its own: one that takes all memory, computes for ever or
 * crashes the runtime ends with that process.
 *
 * Rejects with `invalid_artifact`.
 */
export async function tryOutApart(
  artifact: Uint8Array,
  expectation: ScorerExpectation,
  limits: TrialLimits,
): Promise<void> {
  const { memoryMb, timeoutSeconds } = limits;
  const child = startChild(entry, memoryMb, tmpdir());
  const order: TrialOrder = { artifact, expectation, memoryMb };
  let report: TrialReport | undefined;
  let said = '';
  let late = false;
  child.on('message', (message) => (report = message as TrialReport));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4096)));
  // A process that ends before it has read its order is reported by its exit.
  child.send(order, () => undefined);
  const timer = setTimeout(() => {
    late = true;
    signalGroup(child, 'SIGKILL');
  }, timeoutSeconds * 1000);
  const ending = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)));
    child.once('close', (code, signal) => resolve(String(signal ?? `exit code ${code}`)));
  }).finally(() => clearTimeout(timer));
  if (report?.kind === 'fine') return;
  if (report?.kind === 'refused') throw domainErrorOf(report.refusal);
  if (late) throw invalidArtifact([`it takes longer than ${timeoutSeconds} s to load and to answer probe rows`]);
  if (said.includes(MEMORY_MARK)) throw invalidArtifact([`it takes more than ${memoryMb} MB to load and to answer`]);
  throw invalidArtifact([`ONNX Runtime does not survive it (${report?.message ?? ending})`]);
}
