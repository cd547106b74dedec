import type { JsonObject } from '../shared/json.js';

export interface BackupRequest {
  readonly modelPath: string;
  readonly backupDir: string;
  readonly artifact: Uint8Array;
  /** Everything needed to register the version again: written beside the artifact. */
  readonly bundle: JsonObject;
  readonly triggers: readonly string[];
  readonly at: Date;
}

/** The champion as files for people and other programs: the live one at `model_path`, and backups. */
export abstract class ChampionFiles {
  /** Replaces the file atomically (temporary file, fsync, rename); leaves it alone when the bytes are equal already. Returns whether it wrote. */
  abstract publish(modelPath: string, artifact: Uint8Array): Promise<boolean>;
  /**
   * Writes `<stem>_backup_<YYYYmmdd_HHMMSS>_<triggers>.onnx` and the bundle beside it (`.json`), both atomically, and
   * returns the artifact's path. Writing the same backup again is a no-op; another artifact of the same second and
   * triggers gets a number behind them.
   */
  abstract backup(request: BackupRequest): Promise<string>;
  /** Deletes the oldest backups beyond `keep` (bundle included). Returns the deleted paths. */
  abstract prune(backupDir: string, modelPath: string, keep: number): Promise<readonly string[]>;
}
