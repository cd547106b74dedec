import { DomainError, messageOf, unavailable, unprocessable } from '@retrain/core';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Characters of the error output that are kept, and lines of it that a failure tells. */
const ERROR_OUTPUT = 65_536;
const TOLD_LINES = 5;
const TOLD_CHARACTERS = 2000;
/** Log lines that are kept, the newest. */
const LOG_LINES = 20;

/** Libraries that count the cores by themselves would fight with the other fits of the machine. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
/** Equal jobs give equal answers: Python orders sets and mappings by this seed. */
const REPEATABLE = { PYTHONHASHSEED: '0' };

/** Variables that are set for every program. */
export const programVariables = { ...ONE_THREAD, ...REPEATABLE } as const;

/** What a program that ended well has said. */
export interface ProgramReport {
  readonly log: readonly string[];
}

/**
 * Runs `command folder` with the folder as its working directory and without input, and waits for its end.
 *
 * Lines of its output that are JSON objects `{event: "progress", fraction}` are progress, `{event: "log", message}` and
 * all others are log lines.
 * @throws DomainError by its exit code: 3 `insufficient_data`, 75 `fitting_unavailable` (may be tried again), any other
 * one, a signal, or a program that cannot be started `fitting_failed`; each tells the last lines of its error output.
 */
export function runProgram(
  command: readonly string[],
  folder: string,
  onProgress: (fraction: number) => void,
): Promise<ProgramReport> {
  const [program, ...given] = command;
  const child = spawn(program!, [...given, folder], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...programVariables, TMPDIR: folder },
  });
  const log: string[] = [];
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = eventOf(line);
    if (typeof event === 'number') onProgress(event);
    else if (log.push(event) > LOG_LINES) log.shift();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-ERROR_OUTPUT);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(failed(`${program} cannot be started: ${messageOf(error)}`)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve({ log });
      else reject(failureOf(code, signal, errors));
    });
  });
}

/** A fraction of progress, or a line for the log. */
function eventOf(line: string): number | string {
  if (line.startsWith('{')) {
    try {
      const { event, fraction, message } = JSON.parse(line) as Record<string, unknown>;
      if (event === 'progress' && typeof fraction === 'number') return Math.min(1, Math.max(0, fraction));
      if (event === 'log' && typeof message === 'string') return message.slice(0, TOLD_CHARACTERS);
    } catch {
      // A line like any other.
    }
  }
  return line.slice(0, TOLD_CHARACTERS);
}

function failureOf(code: number | null, signal: NodeJS.Signals | null, errors: string): DomainError {
  const last = errors.trim().split('\n').slice(-TOLD_LINES).join('\n').slice(-TOLD_CHARACTERS);
  const said = last ? `: ${last}` : ', and said nothing on its error output';
  if (code === null) return failed(`the program was ended by ${signal}${said}`);
  switch (code) {
    case 2:
      return failed(`the program refuses the job (exit code 2)${said}`);
    case 3:
      return unprocessable('insufficient_data', `The program has too little data to fit (exit code 3)${said}`);
    case 75:
      return unavailable('fitting_unavailable', `The program cannot fit now (exit code 75)${said}`);
    default:
      return failed(`the program ended with exit code ${code}${said}`);
  }
}

const failed = (reason: string) => unprocessable('fitting_failed', `The fit failed: ${reason}`);
