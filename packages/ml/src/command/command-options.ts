import { DomainError, type Issue, type Json, type JsonObject } from '@retrain/core';
import { resolve } from 'node:path';

/** What a recipe of the trainer `command` says. */
export interface CommandOptions {
  /** The program and its arguments; never a shell. */
  readonly command: readonly string[];
  /** Handed on to the program as it stands. */
  readonly hyper: JsonObject;
  /** Whether the program is given the champion, to begin from it. */
  readonly warm_start: boolean;
}

const isMapping = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: Json): value is string => typeof value === 'string' && value !== '' && !value.includes('\0');

/**
 * Checks the options of the trainer `command`.
 *
 * @throws DomainError `invalid_trainer_options` with every problem, paths relative to `with`.
 */
export function parseCommandOptions(raw: Readonly<Record<string, Json>>): CommandOptions & JsonObject {
  const { command, hyper = {}, warm_start = false, ...others } = raw;
  const issues: Issue[] = Object.entries(others).map(([path, given]) => {
    return { path, message: 'unknown option; command takes command, hyper, warm_start', given };
  });
  if (!Array.isArray(command) || command.length === 0 || !command.every(isText)) {
    const message = 'must be a list of texts: the program and its arguments, for example [python3, ./train.py]';
    issues.push({ path: 'command', message, given: command });
  }
  if (!isMapping(hyper)) issues.push({ path: 'hyper', message: 'must be a mapping', given: hyper });
  if (typeof warm_start !== 'boolean') {
    issues.push({ path: 'warm_start', message: 'must be true or false', given: warm_start });
  }
  if (issues.length > 0) {
    const list = issues.map((issue) => `${issue.path} (given ${JSON.stringify(issue.given)}): ${issue.message}`);
    throw new DomainError('invalid', 'invalid_trainer_options', `Options of command: ${list.join('; ')}.`, issues);
  }
  return { command: command as string[], hyper: hyper as JsonObject, warm_start: warm_start as boolean };
}

/** The command with paths from the project folder made absolute: what starts with `./` or `../`, as everywhere else. */
export function locateCommand(command: readonly string[], home: string): readonly string[] {
  return command.map((part) => (/^\.{1,2}\//.test(part) ? resolve(home, part) : part));
}
