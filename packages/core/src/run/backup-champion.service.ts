import { ChampionFiles } from '../deployment/champion-files.port.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { DomainError } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import { asJson, type BackupOutput } from './outputs.js';
import type { RunStep, StageCommit, StageContext } from './stage.js';

/** First stage: a complete copy of the champion, before anything is touched. */
@Service()
export class BackupChampion implements RunStep {
  readonly stage = 'backup';

  constructor(
    private readonly models: Models,
    private readonly artifacts: ArtifactStore,
    private readonly files: ChampionFiles,
  ) {}

  async execute(context: StageContext): Promise<StageCommit> {
    const output = await this.backup(context);
    return async () => ({ output: asJson(output), summary: asJson(output) });
  }

  private async backup(context: StageContext): Promise<BackupOutput> {
    const { model } = context.run;
    const alias = await this.models.alias(model, 'champion');
    const champion = alias && (await this.models.version(model, alias.version));
    if (!champion) return {};
    const artifact = await this.read(champion);
    if (artifact instanceof DomainError) return { version: champion.version, problem: artifact.message };
    const { model_path: modelPath, backup_model_dir: backupDir, backup_retention } = context.config;
    const { triggers, requestedAt: at } = context.run;
    const bundle = asJson(champion);
    const path = await this.files.backup({ modelPath, backupDir, artifact, bundle, triggers, at });
    await this.files.prune(backupDir, modelPath, backup_retention);
    return { path, version: champion.version };
  }

  /** A champion that is lost or corrupt must not keep a new one from being trained: the gates will see it. */
  private async read(champion: ModelVersion): Promise<Uint8Array | DomainError> {
    try {
      return await this.artifacts.get(champion.artifact);
    } catch (error) {
      if (error instanceof DomainError && !error.retryable) return error;
      throw error;
    }
  }
}
