import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailed, exitCode } from '../exit-code.js';
import { withQuery, type ApiClient } from '../http/api-client.js';
import type { StreamMessage } from '../http/event-stream.js';
import type { Output } from '../output/output.js';
import { LiveLine } from '../output/live-line.js';

/** States in which nothing more happens by itself within moments. */
const atRest: readonly string[] = ['awaiting_approval', 'rolling_out', 'deployed', 'rejected', 'failed', 'cancelled'];
const endings = ['run.awaiting_approval', 'run.rolling_out', 'run.completed', 'run.failed', 'run.cancelled'];
const AGAIN_MS = 1_000;

interface RunView {
  readonly status: string;
  readonly failure?: { readonly message: string } | null;
}

interface Progressed {
  readonly stage: string | null;
  readonly progress: number;
  readonly eta_seconds: number | null;
  readonly fits: { readonly total: number; readonly done: number; readonly failed: number } | null;
}

/** Tells what happens to a run until it comes to rest: a line per event, and how far it is where somebody watches. */
export async function followRun(api: ApiClient, output: Output, id: string | undefined): Promise<void> {
  if (id === undefined) throw new CommandFailed(exitCode.usage, 'Which run? Name it: retrain runs ID --follow.');
  const path = `/retraining/runs/${encodeURIComponent(id)}`;
  const live = new LiveLine(!output.json);
  let after = 0;
  for (;;) {
    try {
      const { status } = await api.get<RunView>(path);
      // A run at rest has told everything that is read below once.
      if (atRest.includes(status) && after > 0) break;
      const stream = withQuery('/events/stream', { run_id: id, after, progress: 'true' });
      for await (const message of api.stream(stream)) {
        if (message.id !== undefined) after = Number(message.id);
        if (message.event === 'run.progressed') live.show(progressOf(message.data as Progressed));
        else tell(output, live, message);
        if (endings.includes(message.event)) break;
      }
    } catch (error) {
      // A gateway that restarts is asked again; one that was never there is not.
      if (after === 0) throw error;
      await sleep(AGAIN_MS);
    }
  }
  live.clear();
  const run = await api.get<RunView>(path);
  output.result(run, () => output.line(`Run ${id} is ${run.status.replaceAll('_', ' ')}.`));
  if (run.status === 'failed') throw new CommandFailed(exitCode.failed, run.failure?.message ?? `Run ${id} failed.`);
}

function tell(output: Output, live: LiveLine, { event, data }: StreamMessage): void {
  if (output.json) return;
  const { recorded_at: at, payload } = data as { recorded_at: string; payload: Record<string, unknown> };
  live.clear();
  const said = ['stage', 'attempt', 'version', 'message', 'reason', 'status'].flatMap((key) =>
    ['string', 'number'].includes(typeof payload[key]) ? [String(payload[key])] : [],
  );
  output.line(`${at.slice(11, 19)}  ${event.padEnd(24)} ${said.join(', ')}`.trimEnd());
}

function progressOf({ stage, progress, eta_seconds: eta, fits }: Progressed): string {
  const told = [
    `${stage ?? 'waiting'} ${Math.round(progress * 100)} %`,
    fits ? `${fits.done + fits.failed} of ${fits.total} fits` : '',
    eta === null ? '' : `about ${Math.ceil(eta)} s left`,
  ];
  return told.filter((part) => part !== '').join(' · ');
}
