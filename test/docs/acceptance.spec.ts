import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The rows of every table: a promise, and the tests that prove it as `file`: title. */
function promises(document: string) {
  const rows = read(document).match(/^\| (?!Promise|Attack|---).*\|$/gm) ?? [];
  return rows.map((row) => {
    const [, promise = '', proof = ''] = /^\| (.+?) +\| (.+?) +\|$/.exec(row) ?? [];
    const proofs = proof.split('<br>').map((item) => {
      const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(item) ?? [];
      return { file, title };
    });
    return { promise, proofs };
  });
}

/** Whether a spec has a block of this title, as it is written in its source, and does not leave it out. */
function has(source: string, title: string): boolean {
  const quoted = ["'", '"', '`'].map((quote) => `${quote}${title}${quote}`);
  const at = quoted.map((text) => source.indexOf(text)).find((index) => index >= 0);
  if (at === undefined) return false;
  const opening =
    source
      .slice(0, at)
      .match(/\b(it|test|describe)\w*(\.\w+)*(?=[(<])/g)
      ?.at(-1) ?? '';
  return opening !== '' && !/skip|todo/.test(opening);
}

describe.each([
  ['docs/acceptance.md', 40],
  ['docs/approvals.md', 14],
])('the promises of %s', (document, least) => {
  const all = promises(document);

  it('are there', () => {
    expect(all.length).toBeGreaterThan(least);
  });

  it.each(all.map(({ promise, proofs }) => [promise, proofs] as const))('%s: is proved by tests', (_, proofs) => {
    expect(proofs.length).toBeGreaterThan(0);
    for (const { file, title } of proofs) {
      const path = new URL(file, root);
      expect([file, existsSync(path) && /\.spec\.m?ts$/.test(file)]).toEqual([file, true]);
      expect([file, title, has(read(file), title)]).toEqual([file, title, true]);
    }
  });
});
