import { readFileSync } from 'node:fs';

/** The version of this gateway, from its package. */
export function productVersion(): string {
  version ??= (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;
  return version;
}

let version: string | undefined;
