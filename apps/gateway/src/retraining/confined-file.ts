import { lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { randomUUID } from 'node:crypto';
import { DomainError } from '@retrain/core';

/** Most bytes of one part of a name that every file system takes, with room for the ending of a temporary file. */
const MAX_PART_BYTES = 200;

/** A file that lies below a folder, whatever its name tries. */
export class ConfinedFile {
  private constructor(
    /** As the caller may name it. */
    readonly path: string,
    private readonly target: string,
  ) {}

  /**
   * Throws `path_refused` for absolute paths, `..`, symbolic links on the way, folders, parts longer than 200 bytes, and
   * names that do not end in `.json`. Creates the folders on the way.
   */
  static async within(folder: string, name: string): Promise<ConfinedFile> {
    if (name.includes('\0') || isAbsolute(name) || /^[a-z]:/i.test(name)) throw refused(name, 'it must be relative');
    if (!name.endsWith('.json')) throw refused(name, 'it must end in .json');
    if (name.split(/[\\/]/).some((part) => part === '..')) throw refused(name, 'it must not leave the folder by ".."');
    if (name.split(/[\\/]/).some((part) => Buffer.byteLength(part) > MAX_PART_BYTES))
      throw refused(name, `no part of it may be longer than ${MAX_PART_BYTES} bytes`);
    const root = resolve(folder);
    await mkdir(root, { recursive: true });
    const realRoot = await realpath(root);
    const target = join(realRoot, name);
    let on = realRoot;
    for (const part of relative(realRoot, dirname(target)).split(sep).filter(Boolean)) {
      on = join(on, part);
      await mkdir(on).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      const { isDirectory } = await kindOf(on);
      if (!isDirectory) throw refused(name, 'a part of it is a symbolic link or no folder');
    }
    const { exists, isFile } = await kindOf(target);
    if (exists && !isFile) throw refused(name, 'it is a symbolic link or no file');
    return new ConfinedFile(join(folder, name), target);
  }

  /** Replaces the file as a whole. */
  async write(text: string): Promise<void> {
    const temporary = `${this.target}.${randomUUID()}.tmp`;
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, this.target).catch(async (error: unknown) => {
      await rm(temporary, { force: true });
      throw error;
    });
  }
}

/** What stands at a path itself, links not followed. */
async function kindOf(path: string): Promise<{ exists: boolean; isDirectory: boolean; isFile: boolean }> {
  try {
    const found = await lstat(path);
    return { exists: true, isDirectory: found.isDirectory(), isFile: found.isFile() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { exists: false, isDirectory: false, isFile: false };
    throw error;
  }
}

function refused(name: string, why: string): DomainError {
  const told = `output_path "${name}" is refused: ${why}. Name a .json file below monitoring_output_dir, like exports/today.json.`;
  return new DomainError('invalid', 'path_refused', told, [{ path: 'output_path', message: why, given: name }]);
}
