import { codeVersion } from './code-version.js';

/** What a fit ran on: the same data, recipe and seed may give other bits elsewhere. */
export function environmentOf(): Readonly<Record<string, string>> {
  const { version: node, platform, arch } = process;
  return { node, platform, arch, code: codeVersion };
}
