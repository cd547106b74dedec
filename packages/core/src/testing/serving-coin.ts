import { schemaHash } from '../model/feature-schema.js';
import type { ModelVersion } from '../model/model-version.js';
import { RecordOutcomesService } from '../prediction/record-outcomes.service.js';
import { ChampionHolder } from '../serving/champion-holder.service.js';
import { LiveState } from '../serving/live-state.service.js';
import { ServePredictionService } from '../serving/serve-prediction.service.js';
import { aModelVersion, aPromotion } from './builders.js';
import { coinModel } from './coin-model.js';
import { installation, type InstallationOptions } from './installation.js';
import type { TinyModel } from './tiny-softmax.js';

/** A model of the coin with these weights of tilt and run: P(heads) = 1 / (1 + exp(-(weights . features))). */
export function coinArtifact([tilt, run]: readonly [number, number]): Uint8Array {
  const model: TinyModel = {
    format: 'tiny-softmax',
    inputs: 2,
    outputs: 2,
    means: [0, 0],
    scales: [1, 1],
    weights: [
      [tilt, run, 0],
      [0, 0, 0],
    ],
    lineage: {},
  };
  return new TextEncoder().encode(JSON.stringify(model));
}

/** An installation in memory that serves the coin model. */
export async function servingCoin(options: InstallationOptions = {}) {
  const coin = installation({ now: '2024-06-01T12:00:00Z', ...options });
  const { models, deployments, artifacts, clock, get } = coin;
  await models.ensure('coin', 'coin');

  /** Stores a version and makes it champion, whatever its bytes are. */
  const promote = async (weights: readonly [number, number], bytes = coinArtifact(weights)): Promise<ModelVersion> => {
    const template = aModelVersion();
    const version = await models.addVersion({
      ...template,
      artifact: await artifacts.put(bytes),
      lineage: { ...template.lineage, schemaHash: schemaHash(coinModel.schema) },
    });
    await appoint(version);
    return version;
  };

  /** Makes a stored version champion. */
  const appoint = async (version: ModelVersion): Promise<void> => {
    const alias = await models.alias('coin', 'champion');
    const { id: deploymentId } = await deployments.insert(aPromotion(version));
    await models.moveAlias({
      model: 'coin',
      alias: 'champion',
      version: version.version,
      expectedRevision: alias?.revision ?? 0,
      deploymentId,
      actor: 'system',
      reason: 'test',
      asOf: clock.now(),
    });
  };

  return {
    ...coin,
    champions: get(ChampionHolder),
    states: get(LiveState),
    serve: get(ServePredictionService),
    outcomes: get(RecordOutcomesService),
    promote,
    appoint,
  };
}
