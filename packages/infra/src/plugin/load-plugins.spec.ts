import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadPlugins, registryOf } from './load-plugins.js';

const trigger = (name: string) =>
  `{ name: '${name}', description: 'x', parseOptions: (raw) => raw, evaluate: () => ({ verdict: 'clear', reason: '', evidence: {} }) }`;

describe('plug-ins of the configuration', () => {
  let home: string;

  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), content);
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'retrain-plugins-'));
    write('package.json', '{ "type": "module" }');
  });

  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('are found by path from the project, and as packages installed there', async () => {
    write('mine/payday.js', `export const plugin = { name: 'payday', triggers: [${trigger('payday')}] };`);
    write('node_modules/theirs/package.json', '{ "name": "theirs", "type": "module", "exports": "./index.js" }');
    write(
      'node_modules/theirs/index.js',
      `export const plugin = { name: 'theirs', triggers: [${trigger('holiday')}] };`,
    );
    const loaded = await loadPlugins(['./mine/payday.js', 'theirs'], home);
    expect(loaded.map(({ plugin }) => plugin.name)).toEqual(['payday', 'theirs']);
    expect(loaded[0]!.address).toMatch(/^file:.*payday\.js$/);
    const registry = registryOf(loaded.map(({ plugin }) => plugin));
    expect(registry.triggers.names()).toEqual(['payday', 'holiday']);
  });

  it('are refused all at once, each by name and reason', async () => {
    write('broken.js', 'export const plugin = ;');
    write('empty.js', 'export const other = 1;');
    write('nameless.js', 'export const plugin = { triggers: [] };');
    write('wrong.js', `export const plugin = { name: 'wrong', triggers: [{}] };`);
    write('angry.js', `throw new Error('no database');`);
    const specifiers = [
      './broken.js',
      './empty.js',
      './nameless.js',
      './wrong.js',
      './angry.js',
      './missing.js',
      'no-such-package',
    ];
    const refusal = await loadPlugins(specifiers, home).then(
      () => undefined,
      (error: { code: string; message: string; issues: { path: string; message: string }[] }) => error,
    );
    expect(refusal?.code).toBe('plugin_unusable');
    expect(refusal?.issues.map(({ path }) => path)).toEqual(specifiers.map((_, index) => `plugins.${index}`));
    expect(refusal?.issues.map(({ message }) => message)).toEqual([
      expect.stringMatching(/failed to load/),
      expect.stringMatching(/does not export "plugin".*it exports other/),
      expect.stringMatching(/does not export "plugin"/),
      expect.stringMatching(/does not export "plugin"/),
      expect.stringMatching(/failed to load: no database/),
      expect.stringMatching(/was not found/),
      expect.stringMatching(/was not found/),
    ]);
  });

  it('never replace one another silently', async () => {
    write('one.js', `export const plugin = { name: 'one', triggers: [${trigger('payday')}] };`);
    write('two.js', `export const plugin = { name: 'two', triggers: [${trigger('payday')}] };`);
    const loaded = await loadPlugins(['./one.js', './two.js'], home);
    expect(() => registryOf(loaded.map(({ plugin }) => plugin))).toThrow(
      /Plug-in two: trigger "payday" is already registered/,
    );
  });
});
