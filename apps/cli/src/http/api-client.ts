import { CommandFailed, exitCode, type ExitCode } from '../exit-code.js';
import { streamMessages, type StreamMessage } from './event-stream.js';

export interface ApiClientOptions {
  readonly url: string;
  readonly apiKey?: string;
}

/** The part of an RFC 9457 problem document that a command shows. */
interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly status?: number;
  readonly errors?: readonly { readonly path?: string; readonly message?: string }[];
}

/** Talks to the gateway; translates its problem documents into exit codes. */
export class ApiClient {
  constructor(private readonly options: ApiClientOptions) {}

  get<T>(path: string): Promise<T> {
    return this.request<T>('GET', path);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.request<T>('POST', path, body);
  }

  delete<T>(path: string, body: unknown = {}): Promise<T> {
    return this.request<T>('DELETE', path, body);
  }

  /** The body as text, in the media type asked for. */
  async text(path: string, accept: string): Promise<string> {
    const response = await this.send('GET', path, undefined, accept);
    const body = await response.text();
    if (!response.ok) throw refusal(response.status, body);
    return body;
  }

  /** Server-sent events as they come; leaving the loop closes the stream. */
  async *stream(path: string): AsyncGenerator<StreamMessage> {
    const response = await this.send('GET', path, undefined, 'text/event-stream');
    if (!response.ok || !response.body) throw refusal(response.status, await response.text());
    yield* streamMessages(response.body);
  }

  private async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.send(method, path, body, 'application/json');
    const text = await response.text();
    if (!response.ok) throw refusal(response.status, text);
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new CommandFailed(
        exitCode.failed,
        `${method} ${path} at ${this.options.url} did not answer JSON. Is this a retrain gateway?`,
      );
    }
  }

  private async send(method: string, path: string, body: unknown, accept: string): Promise<Response> {
    const headers: Record<string, string> = { accept };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (this.options.apiKey) headers['x-api-key'] = this.options.apiKey;
    try {
      return await fetch(new URL(path, this.options.url), {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message;
      throw new CommandFailed(
        exitCode.unreachable,
        `No gateway answers at ${this.options.url} (${cause}). Start it with \`npm start\`, or name another with --url.`,
      );
    }
  }
}

/** The gateway said no. */
export class Refused extends CommandFailed {
  constructor(
    readonly status: number,
    code: ExitCode,
    message: string,
    problems: readonly string[],
  ) {
    super(code, message, problems);
  }
}

function refusal(status: number, text: string): Refused {
  let problem: Problem = {};
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    // A proxy's page, for example: the status says all there is.
  }
  const code = status === 409 ? exitCode.refused : status === 503 ? exitCode.unreachable : exitCode.failed;
  const lines = (problem.errors ?? []).map((e) => (e.path ? `${e.path}: ${e.message}` : String(e.message)));
  return new Refused(status, code, problem.detail ?? problem.title ?? `The gateway answered ${status}.`, lines);
}

/** Path with its query; undefined values are left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(Object.fromEntries(given.map(([key, value]) => [key, String(value)]))).toString()}`;
}
