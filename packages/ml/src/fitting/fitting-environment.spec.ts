import { createRequire } from 'node:module';
import { fittingEnvironment } from './fitting-environment.js';

const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };

describe('the environment of fits', () => {
  it('names the runtime, this package and those of plug-ins, with versions', () => {
    const told = fittingEnvironment([import.meta.url, '/nowhere/plugin.js', 'no-such-package']);
    expect(told).toEqual({ 'onnxruntime-node': version, '@retrain/ml': expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });
});
