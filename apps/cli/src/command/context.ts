import type { Command } from 'commander';
import { ApiClient } from '../http/api-client.js';
import { Output } from '../output/output.js';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly url: string;
  readonly apiKey?: string;
  readonly config: string;
  readonly model?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** What a command works with. */
export interface CommandContext {
  readonly api: ApiClient;
  readonly output: Output;
  readonly options: GlobalOptions;
}

export function contextOf(command: Command): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  return { api: new ApiClient(options), output: new Output(options.json), options };
}

/** Adapts a command's body to commander: the last argument of an action is the command itself. */
export function action<A extends unknown[]>(body: (context: CommandContext, ...args: A) => Promise<void>) {
  return async (...args: unknown[]): Promise<void> => {
    const command = args.at(-1) as Command;
    await body(contextOf(command), ...(args.slice(0, -1) as A));
  };
}
