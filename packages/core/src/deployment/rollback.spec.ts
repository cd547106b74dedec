import { expectationOf } from './version-loader.service.js';
import type { Installation } from '../testing/installation.js';
import { publishedModel, retrain, withChampion } from '../testing/loop.js';
import { PromoteVersionService } from './promote-version.service.js';
import { RollbackService } from './rollback.service.js';

const why = { actor: 'cli', reason: 'worse than before' };
const auto = { config: { enable_automatic_deployment: true, gates: [{ use: 'parity', with: {} }] } };
const champion = async (house: Installation) => (await house.models.alias('coin', 'champion'))?.version;

async function served(house: Installation): Promise<readonly number[]> {
  const version = (await house.models.version('coin', (await champion(house))!))!;
  const scorer = await house.loader.load(
    await house.artifacts.get(version.artifact),
    expectationOf(house.plugins.models.get('coin')),
  );
  const scores = await scorer.score(Float32Array.from([0.3, 2, -1, 0]), 2);
  await scorer.release();
  return [...scores];
}

describe('rolling back', () => {
  it('restores identical predictions and the identical file', async () => {
    const house = await withChampion(auto);
    const [before, file] = [await served(house), publishedModel(house)];
    await retrain(house);
    expect(await served(house)).not.toEqual(before);
    const deployment = await house.get(RollbackService).execute({ model: 'coin', ...why });
    expect(deployment).toMatchObject({ kind: 'rollback', version: 1, previousVersion: 2, status: 'promoted' });
    expect(await served(house)).toEqual(before);
    expect(publishedModel(house)).toBe(file);
  });

  it('marks the deployment it undoes, and tells who did it and why', async () => {
    const house = await withChampion(auto);
    const { id } = await retrain(house);
    await house.get(RollbackService).execute({ model: 'coin', ...why });
    expect(await house.deployments.ofRun(id)).toMatchObject({ status: 'rolled_back', decidedBy: 'cli' });
    const [event] = await house.events.before(undefined, 1);
    expect(event).toMatchObject({
      type: 'deployment.rolled_back',
      actor: 'cli',
      payload: { version: 1, previousVersion: 2, reason: 'worse than before' },
    });
  });

  it('twice goes two versions back, not to and fro', async () => {
    const house = await withChampion(auto);
    await retrain(house);
    await retrain(house);
    expect(await champion(house)).toBe(3);
    await house.get(RollbackService).execute({ model: 'coin', ...why });
    await house.get(RollbackService).execute({ model: 'coin', ...why });
    expect(await champion(house)).toBe(1);
    await expect(house.get(RollbackService).execute({ model: 'coin', ...why })).rejects.toMatchObject({
      code: 'no_previous_version',
    });
  });

  it('goes to a named version when asked to', async () => {
    const house = await withChampion(auto);
    await retrain(house);
    await retrain(house);
    await house.get(RollbackService).execute({ model: 'coin', version: 1, ...why });
    expect(await champion(house)).toBe(1);
  });

  it('never puts an unreadable version in charge', async () => {
    const house = await withChampion(auto);
    await retrain(house);
    house.artifacts.lose((await house.models.version('coin', 1))!.artifact.uri);
    await expect(house.get(RollbackService).execute({ model: 'coin', ...why })).rejects.toMatchObject({
      code: 'artifact_missing',
    });
    expect(await champion(house)).toBe(2);
  });

  it('takes no day of the future, nor does promoting; clocks may differ by minutes', async () => {
    const house = await withChampion(auto);
    await retrain(house);
    const ahead = (minutes: number) => new Date(house.clock.now().getTime() + minutes * 60_000);
    const moves = [
      (asOf: Date) => house.get(RollbackService).execute({ model: 'coin', ...why, asOf }),
      (asOf: Date) => house.get(PromoteVersionService).execute({ model: 'coin', version: 2, ...why, asOf }),
    ];
    for (const move of moves) {
      const before = await champion(house);
      await expect(move(ahead(6))).rejects.toMatchObject({ kind: 'invalid', code: 'as_of_in_future' });
      expect(await champion(house)).toBe(before);
      await move(ahead(4));
      expect(await champion(house)).not.toBe(before);
    }
  });

  it('two people rolling back at once move the champion once', async () => {
    const house = await withChampion(auto);
    await retrain(house);
    const answers = await Promise.allSettled(
      [house.process(), house.process()].map((get) =>
        get(RollbackService).execute({ model: 'coin', version: 1, ...why }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { items } = await house.models.aliasMoves('coin', 'champion', { limit: 9 });
    expect(items.map(({ version }) => version)).toEqual([1, 2, 1]);
  });
});

describe('promoting a version by hand', () => {
  it('lets a registered version serve, with the alias and the file moved together', async () => {
    const house = await withChampion();
    await retrain(house);
    const deployment = await house.get(PromoteVersionService).execute({ model: 'coin', version: 2, ...why });
    expect(deployment).toMatchObject({ kind: 'promotion', version: 2, previousVersion: 1, requestedBy: 'cli' });
    const artifact = await house.artifacts.get((await house.models.version('coin', 2))!.artifact);
    expect(publishedModel(house)).toBe(Buffer.from(artifact).toString('hex'));
  });

  it('refuses unknown models and versions, and the one that serves already', async () => {
    const house = await withChampion();
    const promote = (model: string, version: number) =>
      house.get(PromoteVersionService).execute({ model, version, ...why });
    await expect(promote('dice', 1)).rejects.toMatchObject({ code: 'unknown_model' });
    await expect(promote('coin', 9)).rejects.toMatchObject({ code: 'unknown_version' });
    await expect(promote('coin', 1)).rejects.toMatchObject({ code: 'already_champion' });
  });
});
