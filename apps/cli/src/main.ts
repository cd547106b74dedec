import { CommanderError } from 'commander';
import { CommandFailed, exitCode, type ExitCode } from './exit-code.js';
import { buildProgram } from './program.js';

/** Runs one command line and answers its exit code. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  try {
    await buildProgram().parseAsync([...argv], { from: 'user' });
    return exitCode.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    if (error instanceof CommandFailed) {
      console.error(error.message);
      for (const problem of error.problems) console.error(`  ${problem}`);
      return error.code;
    }
    console.error(error instanceof Error ? error.message : String(error));
    return exitCode.failed;
  }
}

// A reader that has seen enough (`| head`, a pager that was left) ends the command without a word.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCode.ok);
});

process.exitCode = await run(process.argv.slice(2));
