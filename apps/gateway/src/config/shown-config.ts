import { Injectable } from '@nestjs/common';
import { ConfigStore, type InstallationConfig } from '@retrain/core';

/** The configuration as people may see it: references to the environment as written, secrets masked. */
@Injectable()
export class ShownConfig {
  constructor(private readonly store: ConfigStore) {}

  /** Every key, with the overrides of the model in the place of the installation's. */
  of(model: string): InstallationConfig {
    const { shown } = this.store.current();
    const { definition: _, ...overrides } = shown.models[model] ?? { definition: model };
    return { ...shown, ...overrides };
  }
}
