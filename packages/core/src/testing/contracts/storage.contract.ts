import type { ChampionFiles } from '../../deployment/champion-files.port.js';
import type { ArtifactRef } from '../../model/model-version.js';
import type { ArtifactStore, StoredArtifact } from '../../storage/artifact-store.port.js';
import type { FakeClock } from '../fake-clock.js';
import { racing } from './contract-world.js';

const bytes = (text: string) => new TextEncoder().encode(text);

export interface ArtifactStoreSubject {
  readonly store: ArtifactStore;
  /** The clock that the store touches artifacts by. */
  readonly clock: FakeClock;
  /** Damages the stored bytes of an artifact. */
  corrupt(uri: string): Promise<void> | void;
  /** Loses them. */
  lose(uri: string): Promise<void> | void;
  close(): Promise<void> | void;
}

/** What a store of artifacts promises. */
export function describeArtifactStore(name: string, make: () => Promise<ArtifactStoreSubject>): void {
  describe(`ArtifactStore ${name}`, () => {
    let subject: ArtifactStoreSubject;

    beforeEach(async () => {
      subject = await make();
    });

    afterEach(() => subject.close());

    it('gives back the very bytes, under their sha256', async () => {
      const given = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
      const ref = await subject.store.put(given);
      expect(ref.bytes).toBe(70_000);
      expect(ref.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(Buffer.compare(Buffer.from(await subject.store.get(ref)), Buffer.from(given))).toBe(0);
    });

    it('keeps equal bytes once, also when ten callers bring them at once', async () => {
      const refs = await racing(10, () => subject.store.put(bytes('model')));
      expect(new Set(refs.map(({ uri }) => uri)).size).toBe(1);
      const other = await subject.store.put(bytes('another model'));
      expect(other.uri).not.toBe(refs[0]!.uri);
      expect(Buffer.from(await subject.store.get(refs[0]!)).toString()).toBe('model');
    });

    it('does not share memory with its callers', async () => {
      const given = bytes('model');
      const ref = await subject.store.put(given);
      given[0] = 0;
      (await subject.store.get(ref))[1] = 0;
      expect(Buffer.from(await subject.store.get(ref)).toString()).toBe('model');
    });

    it('refuses bytes that are not what they were', async () => {
      const ref = await subject.store.put(bytes('model'));
      await subject.corrupt(ref.uri);
      await expect(subject.store.get(ref)).rejects.toMatchObject({ code: 'artifact_corrupt' });
    });

    it('says when an artifact is gone', async () => {
      const ref = await subject.store.put(bytes('model'));
      await subject.lose(ref.uri);
      await expect(subject.store.get(ref)).rejects.toMatchObject({ code: 'artifact_missing', kind: 'not_found' });
    });

    describe('what nobody needs', () => {
      const listed = async () => {
        const all: StoredArtifact[] = [];
        for await (const stored of subject.store.list()) all.push(stored);
        return all;
      };
      const stored = async () => {
        const { uri, sha256 } = await subject.store.put(bytes('model'));
        subject.clock.advance({ days: 1 });
        return { uri, sha256, now: subject.clock.now() };
      };

      it('is set aside and then removed, each only when it was not touched since', async () => {
        expect(await listed()).toEqual([]);
        const { uri, sha256, now } = await stored();
        const begun = new Date(now.getTime() - 86_400_000);
        expect(await listed()).toEqual([{ uri, bytes: 5, touchedAt: begun, aside: false }]);
        expect(await subject.store.remove(uri, now)).toBe(false);
        expect(await subject.store.setAside(uri, begun)).toBe(false);
        expect(await subject.store.setAside(uri, now)).toBe(true);
        expect(await listed()).toEqual([{ uri, bytes: 5, touchedAt: now, aside: true }]);
        expect(await subject.store.remove(uri, now)).toBe(false);
        subject.clock.advance({ seconds: 1 });
        expect(await subject.store.remove(uri, subject.clock.now())).toBe(true);
        expect(await listed()).toEqual([]);
        expect(await subject.store.remove(uri, subject.clock.now())).toBe(false);
        expect(await subject.store.setAside(uri, subject.clock.now())).toBe(false);
        await expect(subject.store.get({ uri, sha256 })).rejects.toMatchObject({ code: 'artifact_missing' });
      });

      it('is brought back by who reads it or stores it again, and counts as new', async () => {
        const again = [(ref: ArtifactRef) => subject.store.get(ref), () => subject.store.put(bytes('model'))];
        for (const need of again) {
          const { uri, sha256, now } = await stored();
          expect(await subject.store.setAside(uri, now)).toBe(true);
          subject.clock.advance({ days: 1 });
          await need({ uri, sha256, bytes: 5 });
          expect(await listed()).toEqual([{ uri, bytes: 5, touchedAt: subject.clock.now(), aside: false }]);
          subject.clock.advance({ days: 1 });
          expect(await subject.store.remove(uri, subject.clock.now())).toBe(false);
          expect(Buffer.from(await subject.store.get({ uri, sha256 })).toString()).toBe('model');
        }
      });

      it('counts as new when it is stored again', async () => {
        const { uri, now } = await stored();
        await subject.store.put(bytes('model'));
        expect(await subject.store.setAside(uri, now)).toBe(false);
      });

      it('is set aside and removed once, whoever races', async () => {
        const { uri, now } = await stored();
        expect((await racing(5, () => subject.store.setAside(uri, now))).filter(Boolean)).toHaveLength(1);
        subject.clock.advance({ days: 1 });
        const later = subject.clock.now();
        expect((await racing(5, () => subject.store.remove(uri, later))).filter(Boolean)).toHaveLength(1);
        expect(await subject.store.removeLeftovers(later)).toBe(0);
      });
    });

    it('remembers all installations that keep artifacts in it', async () => {
      expect(await subject.store.keepers('one')).toEqual(['one']);
      expect(await subject.store.keepers('one')).toEqual(['one']);
      expect([...(await subject.store.keepers('two'))].sort()).toEqual(['one', 'two']);
    });
  });
}

export interface ChampionFilesSubject {
  readonly files: ChampionFiles;
  /** An absolute folder for the test's files. */
  readonly folder: string;
  /** Bytes of a file; undefined when there is none. */
  read(path: string): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  close(): Promise<void> | void;
}

/** What the champion's files promise. */
export function describeChampionFiles(name: string, make: () => Promise<ChampionFilesSubject>): void {
  describe(`ChampionFiles ${name}`, () => {
    let subject: ChampionFilesSubject;
    let model: string;
    let backups: string;

    beforeEach(async () => {
      subject = await make();
      model = `${subject.folder}/models/coin.onnx`;
      backups = `${subject.folder}/models/backups`;
    });

    afterEach(() => subject.close());

    const text = async (path: string) => {
      const found = await subject.read(path);
      return found && Buffer.from(found).toString();
    };

    const backup = (time: string, triggers: readonly string[] = ['data_drift'], content = 'model') =>
      subject.files.backup({
        ...{ modelPath: model, backupDir: backups, artifact: bytes(content), bundle: { version: 3 } },
        ...{ triggers, at: new Date(time) },
      });

    it('publishes a champion and leaves equal bytes alone', async () => {
      expect(await subject.files.publish(model, bytes('one'))).toBe(true);
      expect(await subject.files.publish(model, bytes('one'))).toBe(false);
      expect(await subject.files.publish(model, bytes('two'))).toBe(true);
      expect(await text(model)).toBe('two');
    });

    it('names a backup by stem, UTC time and triggers, and writes the bundle beside it', async () => {
      const path = await backup('2024-03-05T23:07:09.900+02:00', ['data_drift', 'time_based']);
      expect(path).toBe(`${backups}/coin_backup_20240305_210709_data_drift-time_based.onnx`);
      expect(await text(path)).toBe('model');
      expect(JSON.parse((await text(path.replace('.onnx', '.json'))) ?? '')).toEqual({ version: 3 });
    });

    it('writes the same backup once, and never one over another', async () => {
      const path = await backup('2024-03-05T00:00:00Z');
      expect(await backup('2024-03-05T00:00:00Z')).toBe(path);
      const other = await backup('2024-03-05T00:00:00Z', ['data_drift'], 'another model');
      expect(other).not.toBe(path);
      expect([await text(path), await text(other)]).toEqual(['model', 'another model']);
    });

    it('stays inside its folder whatever a trigger or reason is called', async () => {
      const path = await backup('2024-03-05T00:00:00Z', ['../../etc/passwd', 'ä b', 'x'.repeat(300)]);
      expect(path.startsWith(`${backups}/coin_backup_20240305_000000_`)).toBe(true);
      expect(path.slice(backups.length + 1)).toMatch(/^[A-Za-z0-9_.-]{1,150}\.onnx$/);
      expect(await text(path)).toBe('model');
    });

    it('keeps the newest backups of the model and no bundle without its backup', async () => {
      const paths: string[] = [];
      for (const day of ['04', '01', '03', '02']) paths.push(await backup(`2024-03-${day}T00:00:00Z`));
      const foreign = await subject.files.backup({
        ...{ modelPath: `${subject.folder}/models/dice.onnx`, backupDir: backups, artifact: bytes('dice') },
        ...{ bundle: {}, triggers: ['data_drift'], at: new Date('2024-01-01T00:00:00Z') },
      });
      const [fourth, first, third, second] = paths as [string, string, string, string];
      const gone = [first, second].flatMap((path) => [path, path.replace('.onnx', '.json')]);
      expect([...(await subject.files.prune(backups, model, 2))].sort()).toEqual([...gone].sort());
      for (const path of gone) expect(await text(path)).toBeUndefined();
      for (const path of [third, fourth, foreign]) expect(await text(path)).toBeDefined();
      expect(await subject.files.prune(backups, model, 2)).toEqual([]);
    });

    it('has nothing to prune where no backup was ever made', async () => {
      expect(await subject.files.prune(`${subject.folder}/nowhere`, model, 1)).toEqual([]);
    });
  });
}
