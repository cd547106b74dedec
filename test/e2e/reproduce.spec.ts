import { once } from 'node:events';
import { join } from 'node:path';
import { spawnSource } from '@retrain/infra/testing';
import { mlPlugin } from '@retrain/ml';
import { quickstart, System } from './system.js';

/** Everything that comes along and needs nothing of its own. */
const trainers = mlPlugin.trainers!.filter(({ name, tasks }) => tasks.includes('classification') && name !== 'command');
const everyTrainer = `${quickstart}
evaluation: { blocks: 1 }
trainers:
${trainers.map(({ name }) => `  - ${name}`).join('\n')}
`;

interface Reproduction {
  readonly identical: boolean;
  readonly compared: readonly { readonly what: string; readonly original: object | string; readonly same: boolean }[];
}

describe('reproducing a run of the running product', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start({ config: everyTrainer });
    await system.ready();
    await system.idle();
  }, 240_000);

  afterAll(() => system?.stop(), 60_000);

  it('gives the same metrics, scores and artifact bit for bit, for every trainer that comes along', async () => {
    const { body: page } = await system.get<{ items: readonly { id: string }[] }>('/retraining/runs');
    const { code, answer } = await reproduce(page.items[0]!.id);
    const { compared, identical } = answer!;
    expect(compared.filter(({ same }) => !same)).toEqual([]);
    expect([identical, code]).toEqual([true, 0]);
    const tried = compared.filter(({ what }) => what.startsWith('tried '));
    expect(tried.map(({ what }) => what.slice('tried '.length)).sort()).toEqual(
      trainers.map(({ name }) => name).sort(),
    );
    for (const { original } of tried) expect(original).not.toHaveProperty('problem');
    expect(compared.map(({ what }) => what)).toEqual(expect.arrayContaining(['evidence_sha256', 'artifact_sha256']));
  }, 240_000);

  it('is refused for a run that nobody knows', async () => {
    expect((await reproduce('00000000-0000-4000-8000-00000000dead')).code).toBe(1);
  }, 60_000);

  /** What the command line says and ends with. */
  async function reproduce(id: string): Promise<{ code: number; answer?: Reproduction }> {
    const main = join(import.meta.dirname, '../../apps/cli/src/main.ts');
    const child = spawnSource(main, ['--url', system.url(), '--json', 'reproduce', id], {});
    let output = '';
    child.stdout!.on('data', (text: Buffer) => (output += text.toString()));
    const [code] = (await once(child, 'exit')) as [number];
    return { code, ...(output ? { answer: JSON.parse(output) as Reproduction } : {}) };
  }
});
