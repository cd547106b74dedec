import { decodeReferenceSample } from '../drift/reference-sample.js';
import type { JsonObject } from '../shared/json.js';
import { aPrediction } from '../testing/builders.js';
import type { Installation } from '../testing/installation.js';
import { execute, withChampion } from '../testing/loop.js';
import { EvaluateTriggersService } from './evaluate-triggers.service.js';

const drift = (options: Record<string, boolean | number>) => [{ use: 'data_drift', with: options }];

/** Answers with the values of the training rows, feature by feature; together, the greatest always go with the greatest. */
async function answerAligned(house: Installation, version = 1): Promise<void> {
  const { referenceSample } = (await house.models.version('coin', version))!;
  const sample = decodeReferenceSample(await house.artifacts.get(referenceSample!), 2);
  const column = (feature: number) => sample.filter((_, cell) => cell % 2 === feature).sort();
  const [tilts, runs] = [column(0), column(1)];
  await house.predictions.insert(
    Array.from({ length: tilts.length }, (_, row) =>
      aPrediction({ version, features: [tilts[row]!, runs[row]!], occurredAt: house.clock.now() }),
    ),
  );
}

const check = async (house: Installation) => {
  house.clock.advance({ days: 1 });
  const { verdicts, runId } = await house.get(EvaluateTriggersService).execute({ model: 'coin', actor: 'system' });
  return { ...verdicts[0]!, runId };
};

describe('drift of features together', () => {
  it('is seen by the classifier where every feature looks as it did', async () => {
    const house = await withChampion({ config: { triggers: drift({}) } });
    await answerAligned(house);
    expect(await check(house)).toMatchObject({ verdict: 'clear', score: 0 });
    await house.config.update({ triggers: drift({ domain_classifier: true }) }, 'test');
    const verdict = await check(house);
    expect(verdict).toMatchObject({
      verdict: 'fired',
      score: 0,
      reason: expect.stringContaining('best by tilt · run') as string,
      evidence: { domain_classifier: { status: 'drifted', reference_rows: 400, current_rows: 400 } },
    });
  });

  it('is answered by a run that has judged a candidate', async () => {
    const house = await withChampion({ config: { triggers: drift({ domain_classifier: true }) } });
    await house.config.update({ min_validation_accuracy: 1 }, 'test');
    await answerAligned(house);
    const fired = await check(house);
    expect(fired).toMatchObject({ verdict: 'fired' });
    expect(await execute(house, fired.runId!)).toMatchObject({ status: 'rejected' });
    await answerAligned(house);
    expect(await check(house)).toMatchObject({
      verdict: 'clear',
      evidence: { domain_classifier: { status: 'answered' } },
    });
  });

  it('spoils nothing when the rows of the training data cannot be read', async () => {
    const house = await withChampion({ config: { triggers: drift({ domain_classifier: true }) } });
    await answerAligned(house);
    house.artifacts.get = () => Promise.reject(new Error('the disk is gone'));
    expect(await check(house)).toMatchObject({
      verdict: 'clear',
      evidence: {
        domain_classifier: { status: 'unreadable', reason: expect.stringContaining('the disk is gone') as string },
      },
    });
  });

  it.each<JsonObject>([{ domain_classifier: 'yes' }, { minimum_auc: 0.4 }])('refuses %j', async (wrong) => {
    const house = await withChampion();
    expect(() => house.plugins.triggers.get('data_drift').parseOptions(wrong)).toThrow(/options/);
  });
});
