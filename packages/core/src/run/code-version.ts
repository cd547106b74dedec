import { createRequire } from 'node:module';

const { name, version } = createRequire(import.meta.url)('../../package.json') as { name: string; version: string };

/** Version of the code that makes models, for their lineage. */
export const codeVersion = `${name}@${version}`;
