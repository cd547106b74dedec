import { spawnSync } from 'node:child_process';
import { mkdtemp, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeArtifactStore, describeChampionFiles, FakeClock } from '@retrain/core/testing';
import { spawnSource } from '../testing/spawn-source.js';
import { FileArtifactStore } from './file-artifact-store.js';
import { FileChampionFiles } from './file-champion-files.js';
import { readIfThere } from './read-if-there.js';

const aFolder = () => mkdtemp(join(tmpdir(), 'retrain-storage-'));
const remove = (folder: string) => rm(folder, { recursive: true, force: true });
const bytes = (text: string) => new TextEncoder().encode(text);

describeArtifactStore('on files', async () => {
  const folder = await aFolder();
  const clock = new FakeClock();
  const store = new FileArtifactStore(join(folder, 'artifacts'), clock);
  return {
    store,
    clock,
    corrupt: (uri) => writeFile(store.pathOf(uri), 'modem'),
    lose: (uri) => rm(store.pathOf(uri)),
    close: () => remove(folder),
  };
});

describeChampionFiles('on files', async () => {
  const folder = await aFolder();
  return { files: new FileChampionFiles(folder), folder, read: readIfThere, close: () => remove(folder) };
});

describe('files on disk', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await aFolder();
  });

  afterEach(() => remove(folder));

  it('are found again by another process and after the folder was moved', async () => {
    const ref = await new FileArtifactStore(join(folder, 'here')).put(bytes('model'));
    expect(ref.uri).toBe(`sha256:${ref.sha256}`);
    await rename(join(folder, 'here'), join(folder, 'there'));
    const moved = await new FileArtifactStore(join(folder, 'there')).get(ref);
    expect(Buffer.from(moved).toString()).toBe('model');
  });

  it('leave no temporary file behind', async () => {
    const store = new FileArtifactStore(folder);
    await Promise.all(Array.from({ length: 8 }, () => store.put(bytes('model'))));
    const names = await readdir(folder, { recursive: true });
    expect(names).toHaveLength(2);
    expect(names.filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it('are written anew when what lies there is damaged', async () => {
    const store = new FileArtifactStore(folder);
    const { uri } = await store.put(bytes('model'));
    await writeFile(store.pathOf(uri), 'mode');
    await store.put(bytes('model'));
    expect(await readFile(store.pathOf(uri), 'utf8')).toBe('model');
  });

  it('are never looked for outside the folder', async () => {
    const store = new FileArtifactStore(folder);
    for (const uri of ['file:///etc/passwd', 'sha256:../../etc/passwd', `sha256:${'A'.repeat(64)}`, '']) {
      await expect(store.get({ uri, sha256: '0'.repeat(64) })).rejects.toMatchObject({ code: 'artifact_missing' });
    }
  });

  it('are missed without telling where the store lies on this machine', async () => {
    const store = new FileArtifactStore(folder);
    const ref = await store.put(bytes('model'));
    await rm(store.pathOf(ref.uri));
    const refusal: unknown = await store.get(ref).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'artifact_missing' });
    expect(String(refusal)).not.toContain(folder);
    await writeFile(join(folder, 'in-the-way'), '');
    const blocked = new FileArtifactStore(join(folder, 'in-the-way'));
    const failure: unknown = await blocked.put(bytes('model')).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'storage_unavailable' });
    expect(String(failure)).not.toContain(folder);
  });

  it('are refused with the reason where nothing can be written', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const store = new FileArtifactStore(join(folder, 'a-file', 'artifacts'));
    const refusal = { kind: 'unavailable', code: 'storage_unavailable' };
    await expect(store.put(bytes('model'))).rejects.toMatchObject(refusal);
  });

  it('take relative paths from home and answer them as given', async () => {
    const files = new FileChampionFiles(folder);
    await files.publish('models/model.onnx', bytes('model'));
    expect(await readFile(join(folder, 'models/model.onnx'), 'utf8')).toBe('model');
    const path = await files.backup({
      ...{ modelPath: 'models/model.onnx', backupDir: 'models/backups', artifact: bytes('model'), bundle: {} },
      ...{ triggers: ['time_based'], at: new Date('2024-03-05T00:00:00Z') },
    });
    expect(path).toBe(join('models', 'backups', 'model_backup_20240305_000000_time_based.onnx'));
    expect((await stat(join(folder, path))).size).toBe(5);
  });

  it('replace a champion that a reader holds open without disturbing it', async () => {
    const files = new FileChampionFiles(folder);
    await files.publish('model.onnx', bytes('old'));
    const reader = await open(join(folder, 'model.onnx'));
    await files.publish('model.onnx', bytes('new'));
    expect(await reader.readFile('utf8')).toBe('old');
    await reader.close();
    expect(await readFile(join(folder, 'model.onnx'), 'utf8')).toBe('new');
  });
});

const ownMounts = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;

(ownMounts ? describe : describe.skip)('a full disk (needs user namespaces)', () => {
  it('refuses what does not fit, keeps no half of it, and goes on with what fits', async () => {
    const folder = await aFolder();
    try {
      const child = spawnSource(join(import.meta.dirname, '../testing/process/full-disk.ts'), [folder]);
      let printed = '';
      child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      await new Promise((resolve) => child.once('close', resolve));
      const { expected, ...seen } = JSON.parse(printed) as { expected: string[] };
      expect(seen).toEqual({ kind: 'unavailable', code: 'storage_full', files: expected, readable: 50_000 });
    } finally {
      await remove(folder);
    }
  });
});
