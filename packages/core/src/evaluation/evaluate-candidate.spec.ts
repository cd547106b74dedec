import { slice } from '../dataset/dataset.js';
import { buildExamples } from '../dataset/examples.js';
import { expectationOf } from '../deployment/version-loader.service.js';
import { DomainError } from '../shared/errors.js';
import { aModelVersion, coinRecords } from '../testing/builders.js';
import { coinModel } from '../testing/coin-model.js';
import { installation, type Installation } from '../testing/installation.js';
import { chooseBest } from './choose-best.js';
import { evaluateCandidate, type ChampionUnderTest } from './evaluate-candidate.js';
import { decodeEvidence, encodeEvidence } from './evidence.js';
import { planBlocks } from './plan.js';
import { OwnRefits } from './refits.js';

const dataset = buildExamples(coinModel, coinRecords(400));
const recipe = { use: 'tiny_softmax', with: { steps: 5 } };
const other = { use: 'tiny_softmax', with: { steps: 2 } };
const common = {
  seed: 1,
  lineage: {},
  limits: { memoryMb: 100, timeoutSeconds: 10 },
  signal: new AbortController().signal,
};

async function championOf(house: Installation, rows: number, given = other): Promise<ChampionUnderTest> {
  const { artifact } = await house.fitting.fit({ ...common, recipe: given, dataset: slice(dataset, 0, rows) });
  const trainedUntil = new Date(dataset.times[rows]!);
  const version = aModelVersion({ lineage: { ...aModelVersion().lineage, recipe: given, trainedUntil } });
  house.fitting.jobs.length = 0;
  const scorer = await house.loader.load(artifact, expectationOf(coinModel));
  return { kind: 'loaded', scorer, version: { ...version, id: '1', version: 1, createdAt: new Date() } };
}

function evaluate(house: Installation, champion: ChampionUnderTest, given = recipe) {
  const championTrainedUntil = champion.kind === 'loaded' ? champion.version.lineage.trainedUntil : undefined;
  const { blocks } = planBlocks(dataset, { min_rows: 100, max_rows: 200, blocks: 4, championTrainedUntil });
  const refits = new OwnRefits(house.fitting, house.loader, { ...common, dataset });
  return evaluateCandidate({
    dataset,
    blocks,
    recipe: given,
    champion,
    refits,
    outputs: 2,
  });
}

describe('evaluating a candidate', () => {
  it('no validation row is older than, or as old as, any training row of the same split', async () => {
    const house = installation();
    const { blocks } = await evaluate(house, await championOf(house, 350));
    expect(blocks.length).toBeGreaterThan(1);
    for (const job of house.fitting.jobs) {
      const block = blocks.find(({ fitRows }) => fitRows === job.dataset.rows)!;
      expect(Math.max(...job.dataset.times)).toBeLessThan(dataset.times[block.from]!);
    }
  });

  it('scores the champion as it is on rows it has not seen, and by refits of its recipe before', async () => {
    const house = installation();
    const champion = await championOf(house, 350);
    const evaluation = await evaluate(house, champion);
    expect(evaluation.championRowsAsIs).toBe(50);
    expect(evaluation.rows).toBe(100);
    if (champion.kind !== 'loaded') throw new Error('no champion');
    const asIs = await champion.scorer.score(slice(dataset, 350, 400).features, 50);
    expect([...evaluation.championScores!.subarray(100)]).toEqual([...asIs]);
    const refitted = house.fitting.jobs.filter((job) => job.recipe.with === other.with);
    expect(refitted.every((job) => job.dataset.rows < 350)).toBe(true);
    expect(refitted.length).toBeGreaterThan(0);
  });

  it('fits equal recipes on equal rows once', async () => {
    const house = installation();
    const { candidateScores, championScores } = await evaluate(house, await championOf(house, 398, recipe));
    expect(house.fitting.jobs).toHaveLength(4);
    expect([...championScores!.subarray(0, 190)]).toEqual([...candidateScores.subarray(0, 190)]);
  });

  it('says that there is no champion, or that it cannot be scored', async () => {
    const house = installation();
    expect(await evaluate(house, { kind: 'none' })).toMatchObject({ championAbsence: { kind: 'none' } });
    const champion = await championOf(house, 398, { use: 'gone', with: { steps: 1 } }).catch((error: unknown) => error);
    expect(champion).toBeInstanceOf(DomainError);
    const loaded = await championOf(house, 398);
    if (loaded.kind !== 'loaded') throw new Error('no champion');
    const gone = { ...loaded.version, lineage: { ...loaded.version.lineage, recipe: { use: 'gone', with: {} } } };
    const { championAbsence, champion: metrics } = await evaluate(house, { ...loaded, version: gone });
    expect(championAbsence).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('gone') });
    expect(metrics).toBeUndefined();
  });

  it('keeps its evidence bit for bit', async () => {
    const house = installation();
    const evaluation = await evaluate(house, await championOf(house, 350));
    const evidence = { evaluation, check: { rows: 1, scores: Float64Array.from([0.1, 0.9]) } };
    expect(decodeEvidence(encodeEvidence(evidence))).toEqual(evidence);
  });
});

describe('choosing among candidates', () => {
  it('goes by log loss for classes and by squared error for numbers; the first of equals', () => {
    const tried = [{ metrics: { log_loss: 0.7 } }, { metrics: { log_loss: 0.6 } }, { metrics: { log_loss: 0.6 } }];
    expect(chooseBest(coinModel.task, tried)).toBe(tried[1]);
    const numbers = [{ metrics: { rmse: 2, r2: 0.9 } }, { metrics: { rmse: 1, r2: 0.1 } }];
    expect(chooseBest({ kind: 'regression' }, numbers)).toBe(numbers[1]);
  });

  it('never takes one without the figure', () => {
    expect(chooseBest(coinModel.task, [{ metrics: {} }, { metrics: { log_loss: NaN } }])).toBeUndefined();
  });
});
