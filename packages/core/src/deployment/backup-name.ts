import { basename, extname } from 'node:path';

const longestTriggers = 80;

/**
 * File name of a backup: `<stem>_backup_<YYYYmmdd_HHMMSS>_<triggers>.onnx`.
 *
 * Stem is the model file's name without its extension, the time is UTC, the triggers are joined by `-`; anything but
 * letters, digits, `_`, `.` and `-` becomes `_`, and at most 80 characters of them are kept. The n-th backup of one
 * name ends in `-n`.
 */
export function backupName(modelPath: string, at: Date, triggers: readonly string[], n = 1): string {
  const nth = n > 1 ? `-${n}` : '';
  const time = at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '_');
  const joined = triggers.map((trigger) => trigger.replace(/[^A-Za-z0-9_.-]+/g, '_')).join('-');
  return `${stemOf(modelPath)}_backup_${time}_${joined.slice(0, longestTriggers) || 'unnamed'}${nth}.onnx`;
}

/** Whether the file is a backup (not a bundle) of the model at that path. */
export function isBackupOf(modelPath: string, fileName: string): boolean {
  const prefix = `${stemOf(modelPath)}_backup_`;
  return fileName.startsWith(prefix) && /^\d{8}_\d{6}_.+\.onnx$/.test(fileName.slice(prefix.length));
}

/** The bundle's path beside a backup. */
export function bundlePathOf(backupPath: string): string {
  return backupPath.replace(/\.onnx$/, '.json');
}

function stemOf(modelPath: string): string {
  return basename(modelPath, extname(modelPath));
}
