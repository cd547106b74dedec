import type { Installation } from '../testing/installation.js';
import { retrain, withChampion } from '../testing/loop.js';
import { PromoteVersionService } from './promote-version.service.js';
import { RollbackService } from './rollback.service.js';

const why = { actor: 'cli', reason: 'worse than before' };
const auto = { config: { enable_automatic_deployment: true, gates: [{ use: 'parity', with: {} }] } };
const champion = async (house: Installation) => (await house.models.alias('coin', 'champion'))?.version;

describe('rolling back', () => {
  it('does not lead to a version that was taken back after it had been rolled back to', async () => {
    const house = await withChampion(auto);
    await retrain(house);
    await retrain(house);
    const rollback = (version?: number) => house.get(RollbackService).execute({ model: 'coin', version, ...why });
    await rollback();
    expect(await champion(house)).toBe(2);
    await rollback();
    expect(await champion(house)).toBe(1);
    await expect(rollback(2)).rejects.toMatchObject({ code: 'never_served' });
  });

  it('again and again goes back through the moves, not to and fro', async () => {
    const house = await withChampion(auto);
    await retrain(house);
    await retrain(house);
    await house.get(PromoteVersionService).execute({ model: 'coin', version: 2, ...why });
    const seen: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      seen.push(
        await house
          .get(RollbackService)
          .execute({ model: 'coin', ...why })
          .then(
            ({ version }) => version,
            (error: { code: string }) => error.code,
          ),
      );
    }
    expect(seen).toEqual([3, 2, 1, 'no_previous_version']);
  });
});
