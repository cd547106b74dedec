/** What the process answers to the shell. */
export const exitCode = { ok: 0, failed: 1, usage: 2, refused: 3, unreachable: 4 } as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** An expected end of a command that is not success: printed as one line, without a stack. */
export class CommandFailed extends Error {
  constructor(
    readonly code: ExitCode,
    message: string,
    /** Further lines, one problem each. */
    readonly problems: readonly string[] = [],
  ) {
    super(message);
    this.name = 'CommandFailed';
  }
}
