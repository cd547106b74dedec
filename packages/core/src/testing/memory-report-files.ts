import { join } from 'node:path';
import { ReportFiles } from '../run/report-files.port.js';

export class MemoryReportFiles extends ReportFiles {
  readonly files = new Map<string, string>();

  async write(directory: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
    return Object.entries(files).map(([name, text]) => {
      this.files.set(join(directory, name), text);
      return join(directory, name);
    });
  }
}
