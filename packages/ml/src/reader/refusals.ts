import { DomainError } from '@retrain/core';

/** Refuses a file as a whole. `advice` says what to do about it. */
export class UnreadableFile extends Error {
  constructor(
    readonly problem: string,
    readonly advice: string,
  ) {
    super(`${problem} ${advice}`);
    this.name = 'UnreadableFile';
  }
}

/** A file without a single row. */
export class EmptyFile extends Error {
  constructor(readonly problem: string) {
    super(problem);
    this.name = 'EmptyFile';
  }
}

/** What a reader throws, as the refusal of the file at `path`. */
export function refusalOf(error: unknown, path: string): unknown {
  const refuse = (code: string, message: string) => new DomainError('unprocessable', code, message, [], { path });
  if (error instanceof EmptyFile) return refuse('data_file_empty', `${path}: ${error.problem} Give a file with rows.`);
  if (error instanceof UnreadableFile) return refuse('data_file_unreadable', `${path}: ${error.message}`);
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return refuse('data_file_missing', `${path} does not exist. Correct the path or put the file there.`);
    case 'EISDIR':
      return refuse('data_file_unreadable', `${path} is a folder. Give the path of one file.`);
    case 'EACCES':
    case 'EPERM':
      return refuse('data_file_unreadable', `${path} may not be read by this process. Change its permissions.`);
    default:
      return error;
  }
}
