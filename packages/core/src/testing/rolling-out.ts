import type { DeploymentConfig, InstallationConfig } from '../config/retraining-config.js';
import { schemaHash } from '../model/feature-schema.js';
import { aConfig, aModelVersion } from './builders.js';
import { coinModel } from './coin-model.js';
import type { Installation } from './installation.js';
import { withChampion } from './loop.js';
import { coinArtifact } from './serving-coin.js';

/** An installation whose first champion knows nothing, and whose candidates are tried beside it: a canary unless told otherwise. */
export function rollingOutHouse(
  deployment: Partial<DeploymentConfig> = {},
  config: Partial<InstallationConfig> = {},
): Promise<Installation> {
  const { deployment: defaults } = aConfig();
  return withChampion({
    config: {
      enable_automatic_deployment: true,
      deployment: { ...defaults, strategy: 'canary', ...deployment },
      ...config,
    },
  });
}

/** Registers a version of the coin with these weights of tilt and run, or these bytes; answers its number. */
export async function registerCoin(
  coin: Pick<Installation, 'models' | 'artifacts'>,
  weights: readonly [number, number],
  bytes = coinArtifact(weights),
): Promise<number> {
  const { runId: _, ...template } = aModelVersion();
  const { version } = await coin.models.addVersion({
    ...template,
    artifact: await coin.artifacts.put(bytes),
    lineage: { ...template.lineage, schemaHash: schemaHash(coinModel.schema) },
  });
  return version;
}
