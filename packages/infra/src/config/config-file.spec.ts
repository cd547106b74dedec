import { configKeys, renderConfig, validateConfig } from '@retrain/core';
import { readFileSync } from 'node:fs';
import { parseConfig, readConfigFile } from './config-file.js';

const parse = (text: string) => parseConfig(new TextEncoder().encode(text));
const variable = () => undefined;

describe('a configuration file', () => {
  it('is YAML; numbers stay numbers and days stay days', () => {
    expect(parse('seed: 1\ntraining_data_until: 2016-08-01\ntriggers: [data_drift]\n').values).toEqual({
      seed: 1,
      training_data_until: '2016-08-01',
      triggers: ['data_drift'],
    });
    expect(parse('# nothing but a comment\n').values).toEqual({});
  });

  it.each([
    ['a key twice', 'seed: 1\ndrift_threshold: 0.2\nseed: 2\n', /^line 3, column 1: the key "seed" is there already/],
    ['a key twice inside', 'evaluation:\n  blocks: 1\n  blocks: 2\n', /^line 3, column 3: the key "blocks"/],
    ['broken YAML', 'triggers: [data_drift\nseed: 1\n', /^line \d/],
    ['a tab', 'evaluation:\n\tblocks: 1\n', /^line 2/],
    ['two documents', 'seed: 1\n---\nseed: 2\n', /^line \d/],
    ['an unknown tag', 'seed: !!js/function "x"\n', /^line 1/],
    ['a list', '- seed\n', /must be a mapping/],
  ])('is refused with %s', (_, text, problem) => {
    const { issues } = parse(text);
    expect(issues?.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('\n')).toMatch(problem);
  });

  it('is refused when it is not UTF-8, not there, or not a file', async () => {
    expect(parseConfig(Uint8Array.of(0x73, 0xff, 0xfe)).issues).toMatchObject([{ message: 'is not text in UTF-8' }]);
    expect((await readConfigFile('/nowhere/x.yaml', true)).issues?.[0]?.message).toMatch(/x.yaml does not exist/);
    expect((await readConfigFile('/nowhere/x.yaml', false)).values).toEqual({});
    expect((await readConfigFile('/', true)).issues).toHaveLength(1);
  });

  it('bombs nobody with aliases', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 8; n++) {
      const [previous, next] = ['abcdefgh'[n - 1]!, 'abcdefgh'[n]!];
      bomb.push(`${next}: &${next} [${Array(10).fill(`*${previous}`).join(', ')}]`);
    }
    expect(parse(bomb.join('\n')).issues).toHaveLength(1);
  });
});

describe('a generated configuration file', () => {
  it('is valid, says nothing but defaults, and tells of every key', () => {
    const text = renderConfig();
    const { values } = parse(text);
    expect(validateConfig(values, { variable }).config).toEqual(validateConfig({}, { variable }).config);
    for (const { key } of configKeys) expect(text).toMatch(new RegExp(`^(# )?${key}:`, 'm'));
  });

  it('is valid with every commented section taken in', () => {
    const keys = configKeys.map(({ key }) => key).join('|');
    const commented = new RegExp(`^# ((?:${keys}):| {2})`, 'gm');
    const uncommented = renderConfig({ training_data_from: '2014-08-01', training_data_until: '2016-08-01' });
    const { values } = parse(uncommented.replace(commented, '$1'));
    expect(Object.keys(values ?? {})).toEqual(configKeys.map(({ key }) => key));
    const result = validateConfig(values, { variable });
    expect(result.issues).toBeUndefined();
    expect(result.config).toEqual({
      ...validateConfig({}, { variable }).config,
      training_data_from: '2014-08-01',
      training_data_until: '2016-08-01',
    });
  });

  it('quotes texts that YAML would read as something else', () => {
    const values = { training_data_path: 'data/a: b #c.csv', model_path: '0.onnx', monitoring_output_dir: 'true' };
    expect(parse(renderConfig(values)).values).toMatchObject(values);
  });
});

describe('the configuration of the quick start', () => {
  const { values } = parseConfig(readFileSync(new URL('../../../../config/retraining_config.yaml', import.meta.url)));

  it('is valid and leaves the last season for a replay', () => {
    const { config, issues } = validateConfig(values, { variable });
    expect(issues).toBeUndefined();
    const improvement = { use: 'improvement', with: { mode: 'superiority', alpha: 0.05 } };
    expect(config).toEqual({
      ...validateConfig({}, { variable }).config,
      training_data_until: '2016-08-01',
      gates: [{ use: 'minimum_score', with: {} }, improvement, { use: 'parity', with: {} }],
    });
  });
});
