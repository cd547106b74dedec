import { reportOf } from '../fitting/messages.js';
import { startWatchdog } from '../fitting/watchdog.js';
import { OnnxScorerLoader } from './onnx-scorer-loader.js';
import type { TrialOrder, TrialReport } from './trial.js';

// Entry of the process that tries an artifact out: one order in, one report out, then it ends.

process.on('disconnect', () => process.exit(1));
process.once('message', (order: TrialOrder) => void answer(order));

async function answer(order: TrialOrder): Promise<void> {
  startWatchdog(order.memoryMb);
  const report: TrialReport = await tryOut(order).catch(reportOf);
  process.send!(report, undefined, undefined, () => process.exit(0));
}

async function tryOut({ artifact, expectation }: TrialOrder): Promise<TrialReport> {
  const scorer = await new OnnxScorerLoader().load(new Uint8Array(artifact), expectation);
  await scorer.release();
  return { kind: 'fine' };
}
