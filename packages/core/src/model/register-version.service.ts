import { ConfigStore } from '../config/config-store.port.js';
import { expectationOf } from '../deployment/version-loader.service.js';
import { EventLog } from '../event/event-log.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { ScorerLoader } from '../serving/scorer.port.js';
import { notFound } from '../shared/errors.js';
import type { JsonObject } from '../shared/json.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import { schemaHash } from './feature-schema.js';
import type { ModelVersion } from './model-version.js';
import { Models } from './models.port.js';

/** An ONNX model that was trained elsewhere. */
export interface ExternalVersion {
  readonly model: string;
  readonly artifact: Uint8Array;
  /** What the caller says of it; shown, never trusted. */
  readonly told: JsonObject;
  readonly trainedUntil?: Date;
  readonly trainingRows?: number;
  readonly actor: string;
}

/**
 * Registers an ONNX model trained elsewhere as a version, after the checks that our own candidates pass.
 *
 * It answers nobody until it is promoted.
 */
@Service()
export class RegisterVersionService {
  constructor(
    private readonly models: Models,
    private readonly plugins: PluginRegistry,
    private readonly config: ConfigStore,
    private readonly loader: ScorerLoader,
    private readonly artifacts: ArtifactStore,
    private readonly events: EventLog,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Rejects with `unknown_model`, or `invalid_artifact` saying what the model's inputs and outputs must be. */
  async execute(external: ExternalVersion): Promise<ModelVersion> {
    const { model, actor } = external;
    const row = await this.models.find(model);
    if (!row) throw notFound('unknown_model', `There is no model "${model}".`);
    const definition = this.plugins.models.get(row.definition);
    await this.loader.tryOut(external.artifact, expectationOf(definition));
    const artifact = await this.artifacts.put(external.artifact);
    return this.unitOfWork.transaction(async () => {
      const version = await this.models.addVersion({
        model,
        artifact,
        lineage: {
          dataHash: '',
          schemaHash: schemaHash(definition.schema),
          features: definition.schema.features,
          recipe: { use: 'external', with: external.told },
          seed: 0,
          codeVersion: 'external',
          configRevision: this.config.current().revision,
          trainingRows: external.trainingRows ?? 0,
          trainedUntil: external.trainedUntil,
        },
      });
      const payload = { version: version.version, sha256: artifact.sha256 };
      await this.events.append({ type: 'version.registered', model, actor, payload });
      return version;
    });
  }
}
