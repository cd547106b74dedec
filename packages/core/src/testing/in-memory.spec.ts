import { aConfig } from './builders.js';
import { describeConfigStore } from './contracts/config-store.contract.js';
import { describeRows } from './contracts/rows.contract.js';
import { describeArtifactStore, describeChampionFiles } from './contracts/storage.contract.js';
import { FakeClock } from './fake-clock.js';
import { inMemory } from './in-memory.js';
import { MemoryArtifactStore } from './memory-artifact-store.js';
import { MemoryChampionFiles } from './memory-champion-files.js';
import { MemoryConfigStore } from './memory-config-store.js';

describeRows('in memory', async () => ({ ...inMemory(), close: async () => undefined }));

describeArtifactStore('in memory', async () => {
  const clock = new FakeClock();
  const store = new MemoryArtifactStore(clock);
  const subject = {
    store,
    clock,
    corrupt: (uri: string) => store.corrupt(uri),
    lose: (uri: string) => store.lose(uri),
  };
  return { ...subject, close: () => undefined };
});

describeChampionFiles('in memory', async () => {
  const files = new MemoryChampionFiles();
  return { files, folder: '/memory', read: (path: string) => files.files.get(path), close: () => undefined };
});

describeConfigStore('in memory', async () => {
  const config = { ...aConfig(), drift_threshold: 0.1, models: { coin: { definition: 'coin', seed: 7 } } };
  return { store: new MemoryConfigStore(config, new FakeClock()), model: 'coin', close: () => undefined };
});
