import { closeOnSignal } from '../../process/close-on-signal.js';

// An app that closes as its argument says, to be signalled by a spec.
const ways: Readonly<Record<string, () => Promise<void>>> = {
  closes: () => Promise.resolve(),
  fails: () => Promise.reject(new Error('could not close')),
  hangs: () => new Promise(() => undefined),
};

closeOnSignal(ways[process.argv[2] ?? ''] ?? (() => Promise.resolve()), 0.3);
setInterval(() => undefined, 60_000);
process.send?.('up');
