import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { FileArtifactStore } from '../../storage/file-artifact-store.js';

// Stores artifacts on a disk of 256 kB, which it mounts at the folder given, for itself alone; prints what it saw.
const [folder = '', inside] = process.argv.slice(2);

if (!inside) {
  const mount = 'mount -t tmpfs -o size=256k tmpfs "$0" && exec "$@"';
  const again = [process.execPath, ...process.execArgv, import.meta.filename, folder, 'inside'];
  const namespace = ['--user', '--map-root-user', '--mount', 'sh', '-c', mount, folder];
  process.exit(spawnSync('unshare', [...namespace, ...again], { stdio: 'inherit' }).status ?? 1);
}

const store = new FileArtifactStore(folder);
const stored = await store.put(Buffer.alloc(100_000, 'a'));
const refused: unknown = await store.put(Buffer.alloc(1_000_000, 'b')).catch((error: unknown) => error);
const { code, kind } = refused as { code?: string; kind?: string };
const names = await readdir(folder, { recursive: true, withFileTypes: true });
const files = names.filter((entry) => entry.isFile()).map(({ name }) => name);
const after = await store.put(Buffer.alloc(50_000, 'c'));
console.log(
  JSON.stringify({ code, kind, files, expected: [stored.sha256], readable: (await store.get(after)).length }),
);
