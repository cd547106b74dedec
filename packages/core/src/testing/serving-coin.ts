import { TrainingRecords } from '../dataset/training-records.service.js';
import type { RawRows, RowReader } from '../dataset/row-reader.port.js';
import { VersionLoader } from '../deployment/version-loader.service.js';
import { schemaHash } from '../model/feature-schema.js';
import type { ModelVersion } from '../model/model-version.js';
import { PluginRegistry } from '../plugin/registry.js';
import { RecordOutcomesService } from '../prediction/record-outcomes.service.js';
import { ChampionHolder } from '../serving/champion-holder.service.js';
import { LiveState } from '../serving/live-state.service.js';
import { ServePredictionService } from '../serving/serve-prediction.service.js';
import { unavailable } from '../shared/errors.js';
import { aModelVersion } from './builders.js';
import { coinModel } from './coin-model.js';
import { inMemory } from './in-memory.js';
import { LinearScorerLoader, linearArtifact } from './linear-scorer-loader.js';

/** An installation in memory that serves the coin model with linear scorers. */
export async function servingCoin(options: Parameters<typeof inMemory>[0] = {}) {
  const memory = inMemory({ now: '2024-06-01T12:00:00Z', ...options });
  const { models, artifacts, events, clock, ids, config, records, predictions, signals, unitOfWork } = memory;
  const plugins = new PluginRegistry([{ name: 'coin', models: [coinModel] }]);
  const scorers = new LinearScorerLoader();
  const training = new TrainingRecords(config, plugins, noFiles, records, clock);
  const champions = new ChampionHolder(models, new VersionLoader(artifacts, scorers), plugins, events, clock);
  const states = new LiveState(config, training, records, plugins);
  const serve = new ServePredictionService(champions, states, predictions, ids, clock);
  const outcomes = new RecordOutcomesService(
    ...([models, plugins, predictions, records, events, signals, unitOfWork, clock] as const),
  );
  await models.ensure('coin', 'coin');

  /** Stores a version with these weights (tilt, run) and makes it champion. */
  const promote = async (weights: readonly number[], bytes = linearArtifact(weights)): Promise<ModelVersion> => {
    const template = aModelVersion();
    const version = await models.addVersion({
      ...template,
      artifact: await artifacts.put(bytes),
      lineage: { ...template.lineage, schemaHash: schemaHash(coinModel.schema) },
    });
    const alias = await models.alias('coin', 'champion');
    await models.moveAlias({
      model: 'coin',
      alias: 'champion',
      version: version.version,
      expectedRevision: alias?.revision ?? 0,
      actor: 'system',
      reason: 'test',
      asOf: clock.now(),
    });
    return version;
  };

  return { ...memory, plugins, scorers, champions, states, serve, outcomes, promote };
}

/** The coin's history is built in: no file is ever read. */
const noFiles: RowReader = {
  read: (path: string): Promise<RawRows> =>
    Promise.reject(unavailable('data_file_missing', `There is no file ${path}.`)),
};
