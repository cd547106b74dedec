import { QueueBackend, queueSettingsFrom } from '../../queue/queue-backend.js';
import { startHost } from '../queue-contract.js';

// Takes one training job and never ends it, to be killed by a spec.
const backend = QueueBackend.open(queueSettingsFrom(process.env), console.error, 1);
await startHost(backend, 'training', {
  retrain: (payload) => {
    console.log(`holding ${(payload as { runId: string }).runId}`);
    return new Promise(() => undefined);
  },
});
