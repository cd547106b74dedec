import { setTimeout as sleep } from 'node:timers/promises';
import type { Part } from '../bar.js';
import { Gateways } from './gateways.js';
import { Load, quantileMs, type Answered } from './load.js';

const PER_SECOND = 500;
const GATEWAYS = 2;
const SWITCHES = 100;
const QUIET_SECONDS = 20;
const PAUSE_MS = 600;

/** The champion is promoted and rolled back again and again under load. */
export async function switching(): Promise<Part> {
  const gateways = await Gateways.start(GATEWAYS);
  try {
    const questions = await gateways.prepare(20);
    const load = new Load(gateways, questions, PER_SECOND);
    await sleep(5_000);
    const quietFrom = performance.now();
    await sleep(QUIET_SECONDS * 1000);
    const quietUntil = performance.now();
    const moves: { readonly at: number; readonly to: number; readonly kind: string; readonly tookMs: number }[] = [];
    for (let count = 0; count < SWITCHES; count++) {
      // Version 2 serves at first; a rollback goes to the champion before.
      const kind = count % 2 === 0 ? 'rollback' : 'promote';
      const to = count % 2 === 0 ? 1 : 2;
      const asked = performance.now();
      await gateways.act(kind, { version: to, reason: 'bench' });
      moves.push({ at: asked, to, kind, tookMs: performance.now() - asked });
      await sleep(PAUSE_MS);
    }
    const until = performance.now();
    await sleep(2_500);
    await load.stop();
    const quiet = load.answers.filter(({ sentAt }) => sentAt >= quietFrom && sentAt < quietUntil);
    const busy = load.answers.filter(({ sentAt }) => sentAt >= quietUntil && sentAt < until);
    const delays = moves.map((move, index) => switchDelay(load.answers, move, moves[index + 1]?.at ?? Infinity));
    const rollbacks = delays.filter((_, index) => moves[index]!.kind === 'rollback');
    const [quietP99, busyP99] = [quantileMs(quiet, 0.99), quantileMs(busy, 0.99)];
    return {
      name: 'switching',
      assumptions: { per_second: PER_SECOND, gateways: GATEWAYS, switches: SWITCHES, pause_ms: PAUSE_MS },
      figures: {
        sent: load.answers.length + load.failures.length,
        failed: load.failures.length,
        wrong: load.wrong.length,
        quiet_ms: { p50: quantileMs(quiet, 0.5), p99: quietP99 },
        switching_ms: { p50: quantileMs(busy, 0.5), p99: busyP99 },
        slowest_command_ms: Math.max(...moves.map(({ tookMs }) => tookMs)),
      },
      bars: [
        { name: 'requests that failed', value: load.failures.length, unit: '', must: 'at most', limit: 0 },
        { name: 'answers of no one version', value: load.wrong.length, unit: '', must: 'at most', limit: 0 },
        { name: 'p99 while switching', value: busyP99 / quietP99, unit: 'of quiet', must: 'at most', limit: 2 },
        { name: 'command to switched everywhere', value: Math.max(...delays), unit: 's', must: 'at most', limit: 2 },
        { name: 'rollback to its first answer', value: Math.max(...rollbacks), unit: 's', must: 'at most', limit: 2 },
      ],
      details: [...load.failures.slice(0, 20), ...load.wrong.slice(0, 20)],
    };
  } finally {
    await gateways.stop();
  }
}

/** Seconds from the command to the last request that a gateway still answered with another version. */
function switchDelay(answers: readonly Answered[], { at, to }: { at: number; to: number }, until: number): number {
  const late = answers.filter(({ sentAt, version }) => sentAt >= at && sentAt < until && version !== to);
  return late.reduce((latest, { sentAt }) => Math.max(latest, sentAt - at), 0) / 1000;
}
