import { messageOf, type Played } from '@retrain/core';
import { Theatre, type Stage, type Task } from './task.js';

// Entry of a process that plays policies: first the stage, then one task after another until it is told to go.

export type ToChild =
  { readonly kind: 'stage'; readonly stage: Stage } | { readonly kind: 'task'; readonly task: Task };

export type FromChild =
  | { readonly kind: 'round' }
  | { readonly kind: 'played'; readonly played: Played }
  | { readonly kind: 'failed'; readonly message: string };

const never = new AbortController().signal;
let theatre: Promise<Theatre> | undefined;

process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToChild) => void take(message));

async function take(message: ToChild): Promise<void> {
  if (message.kind === 'stage') {
    theatre = Theatre.open(message.stage);
    // A stage that cannot be opened is told with the first task.
    theatre.catch(() => undefined);
    return;
  }
  try {
    const played = await (await theatre!).play(message.task, () => tell({ kind: 'round' }), never);
    tell({ kind: 'played', played });
  } catch (error) {
    tell({ kind: 'failed', message: messageOf(error) });
  }
}

function tell(message: FromChild): void {
  if (process.connected) process.send!(message);
}
