import type { Played } from '@retrain/core';
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CommandFailed, exitCode } from '../exit-code.js';
import type { FromChild, ToChild } from './child.js';
import { Theatre, type Stage, type Task } from './task.js';

/**
 * Plays all tasks, the longest first, and answers in their order.
 *
 * One process plays them here; more play them side by side in processes of their own, with the same results: nothing
 * depends on which process plays what.
 * @param processes how many, at least one.
 */
export async function playAll(
  stage: Stage,
  tasks: readonly Task[],
  { processes, onRound }: { readonly processes: number; onRound(): void },
): Promise<readonly Played[]> {
  if (processes <= 1 || tasks.length === 1) return playHere(await Theatre.open(stage), tasks, onRound);
  const waiting = [...tasks.keys()].sort((a, b) => lengthOf(tasks[b]!) - lengthOf(tasks[a]!));
  const played: Played[] = [];
  const children = Array.from({ length: Math.min(processes, tasks.length) }, startChild);
  try {
    await Promise.all(
      children.map(async (child) => {
        send(child, { kind: 'stage', stage });
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          played[next] = await playThere(child, tasks[next]!, onRound);
        }
      }),
    );
  } finally {
    for (const child of children) child.kill();
  }
  return played;
}

async function playHere(theatre: Theatre, tasks: readonly Task[], onRound: () => void): Promise<readonly Played[]> {
  const played: Played[] = [];
  for (const task of tasks) played.push(await theatre.play(task, onRound, new AbortController().signal));
  return played;
}

/** Rough order of the work: refitting every round is the most. */
function lengthOf({ policy }: Task): number {
  return { always: 3, triggered: 2, scheduled: 1, never: 0 }[policy.kind];
}

/** Tests run the sources as they are; the built command runs what was built. */
function startChild(): ChildProcess {
  const source = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(new URL(source ? './child.ts' : './child.js', import.meta.url));
  const loader = new URL('../../../../scripts/typescript/register.mjs', import.meta.url).href;
  const execArgv = source ? ['--conditions=@retrain/source', `--import=${loader}`] : [];
  return fork(entry, { execArgv, serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

function send(child: ChildProcess, message: ToChild): void {
  // A child that is gone is found by whoever waits for its answer.
  child.send(message, () => undefined);
}

function playThere(child: ChildProcess, task: Task, onRound: () => void): Promise<Played> {
  return new Promise((resolve, reject) => {
    const done = () => child.off('message', hear).off('exit', gone);
    const gone = (code: number | null, signal: string | null) => {
      done();
      reject(new CommandFailed(exitCode.failed, `The process that played "${task.name}" ended (${signal ?? code}).`));
    };
    const hear = (message: FromChild) => {
      if (message.kind === 'round') return onRound();
      done();
      if (message.kind === 'played') resolve(message.played);
      else reject(new CommandFailed(exitCode.failed, `"${task.name}" could not be played: ${message.message}`));
    };
    child.on('message', hear).on('exit', gone);
    send(child, { kind: 'task', task });
  });
}
