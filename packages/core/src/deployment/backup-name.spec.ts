import { backupName, bundlePathOf, isBackupOf } from './backup-name.js';

describe('backupName', () => {
  const at = new Date('2024-03-05T01:02:03.999Z');

  it('joins stem, UTC time and triggers', () => {
    const name = backupName('models/model.onnx', at, ['data_drift', 'time_based']);
    expect(name).toBe('model_backup_20240305_010203_data_drift-time_based.onnx');
    expect(bundlePathOf(name)).toBe('model_backup_20240305_010203_data_drift-time_based.json');
  });

  it('makes a file name of anything', () => {
    const name = backupName('a/b.c.onnx', at, ['why not? / "quoted"', '..\\..']);
    expect(name).toBe('b.c_backup_20240305_010203_why_not_quoted_-.._...onnx');
    expect(backupName('m.onnx', at, [])).toBe('m_backup_20240305_010203_unnamed.onnx');
    expect(backupName('m.onnx', at, ['x'.repeat(500)]).length).toBeLessThan(120);
  });

  it('recognises the backups of one model', () => {
    const name = backupName('models/model.onnx', at, ['manual_trigger']);
    expect(isBackupOf('models/model.onnx', name)).toBe(true);
    expect(isBackupOf('models/other.onnx', name)).toBe(false);
    expect(isBackupOf('models/model.onnx', bundlePathOf(name))).toBe(false);
    expect(isBackupOf('models/model.onnx', 'model_backup_of_mine.onnx')).toBe(false);
  });
});
