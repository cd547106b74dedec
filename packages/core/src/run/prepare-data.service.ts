import { dataStats } from '../dataset/data-stats.js';
import type { Dataset } from '../dataset/dataset.js';
import { buildExamplesGently } from '../dataset/examples.js';
import { encodeDataset } from '../dataset/snapshot.js';
import { TrainingRecords, type History } from '../dataset/training-records.service.js';
import type { EvaluationBlock } from '../evaluation/paired-evaluation.js';
import { planBlocks } from '../evaluation/plan.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { Records } from '../dataset/records.port.js';
import { DomainError } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import { asJson, type PrepareOutput } from './outputs.js';
import type { RunStep, StageCommit, StageContext } from './stage.js';

const SHOWN = 20;

/** Second stage: the rows of the run as they are known as of its day, frozen in the artifact store. */
@Service()
export class PrepareData implements RunStep {
  readonly stage = 'prepare';

  constructor(
    private readonly training: TrainingRecords,
    private readonly records: Records,
    private readonly models: Models,
    private readonly artifacts: ArtifactStore,
  ) {}

  async execute(context: StageContext): Promise<StageCommit> {
    const { run, signal } = context;
    const history = await this.training.all(run.model, run.asOf);
    signal.throwIfAborted();
    const { dataset, skipped } = await examplesOf(context, history);
    const champion = await this.champion(run.model);
    const blocks = planOf(context, dataset, champion, history);
    const judged = blocks.reduce((sum, { from, to }) => sum + to - from, 0);
    const output: PrepareOutput = {
      snapshot: await this.artifacts.put(encodeDataset(dataset)),
      stats: dataStats(dataset, judged),
      blocks,
      championVersion: champion?.version,
      source: history.source,
      sourceSha256: history.sha256,
      observed: await this.records.count(run.model),
      rejected: history.rejected.length,
      rejectedSamples: history.rejected.slice(0, SHOWN),
      duplicates: history.duplicates,
      future: history.future,
      skipped,
    };
    return async () => ({ output: asJson(output), summary: asJson(output.stats) });
  }

  private async champion(model: string): Promise<ModelVersion | undefined> {
    const alias = await this.models.alias(model, 'champion');
    return alias && this.models.version(model, alias.version);
  }
}

async function examplesOf({ definition, config, signal, progress }: StageContext, history: History) {
  let skipped = 0;
  const from = config.training_data_from === undefined ? undefined : new Date(config.training_data_from);
  const onSkipped = () => void skipped++;
  const options = { from, signal, onProgress: progress, onSkipped };
  const dataset = await buildExamplesGently(definition, history.records, options);
  return { dataset, skipped };
}

/** Throws `insufficient_data`, which no retry can mend. */
function planOf(
  { run, config }: StageContext,
  dataset: Dataset,
  champion: ModelVersion | undefined,
  history: History,
): readonly EvaluationBlock[] {
  try {
    return planBlocks(dataset, { ...config.evaluation, championTrainedUntil: champion?.lineage.trainedUntil }).blocks;
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'too_little_data')) throw error;
    const [first] = history.rejected;
    const rejected = first ? ` ${history.rejected.length} rows were rejected; row ${first.row}: ${first.reason}` : '';
    const told = `Model "${run.model}" as of ${run.asOf.toISOString()}, from ${history.source}: ${error.message}${rejected}`;
    throw new DomainError('unprocessable', 'insufficient_data', told);
  }
}
