import { buildExamples, metricsOf, planBlocks, slice, type Dataset, type Recipe } from '@retrain/core';
import { mlPlugin, OnnxScorerLoader } from '@retrain/ml';
import { timed } from '../bar.js';
import { benchModel, benchRows } from './bench-model.js';
import { evaluation, recipes, seed } from './settings.js';

/** What a script without the system would do: read, try every recipe on every block, fit the best one on everything. */
export async function bareTraining() {
  const read = await timed(() => {
    const records = benchRows().map((row) => benchModel.parseRecord(row)!);
    return buildExamples(benchModel, records);
  });
  const dataset = read.result;
  const { blocks } = planBlocks(dataset, evaluation);
  const loader = new OnnxScorerLoader();
  const expectation = { inputs: dataset.schema.features.length, outputs: 2, probabilities: true };
  const tried = await timed(async () => {
    let best = { recipe: recipes[0]!, loss: Infinity };
    for (const recipe of recipes) {
      const scores: number[] = [];
      for (const { fitRows, from, to } of blocks) {
        const { artifact } = await fit(recipe, slice(dataset, 0, fitRows));
        const scorer = await loader.load(artifact, expectation);
        scores.push(...(await scorer.score(slice(dataset, from, to).features, to - from)));
        await scorer.release();
      }
      const judged = slice(dataset, blocks[0]!.from, blocks.at(-1)!.to);
      const loss = metricsOf(dataset.task, Float64Array.from(scores), judged.outcomes)['log_loss']!;
      if (loss < best.loss) best = { recipe, loss };
    }
    return best;
  });
  const last = await timed(() => fit(tried.result.recipe, dataset));
  const seconds = read.seconds + tried.seconds + last.seconds;
  return { seconds, read: read.seconds, tried: tried.seconds, last: last.seconds, log_loss: tried.result.loss };
}

/** One fit by the trainer itself. */
export function fit({ use, with: given }: Recipe, dataset: Dataset) {
  const trainer = mlPlugin.trainers!.find(({ name }) => name === use)!;
  const { signal } = new AbortController();
  const options = trainer.parseOptions(given);
  return trainer.fit({ dataset, options, seed, lineage: {}, signal, onProgress: () => undefined });
}
