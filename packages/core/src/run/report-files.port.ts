/** Copies of reports for people, in the folder that the configuration names. */
export abstract class ReportFiles {
  /**
   * Writes or replaces files inside `directory`, each atomically, and answers their paths.
   * Rejects with `path_outside` for a name that would leave the directory.
   */
  abstract write(directory: string, files: Readonly<Record<string, string>>): Promise<readonly string[]>;
}
