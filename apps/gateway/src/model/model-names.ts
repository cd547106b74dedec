import { Injectable } from '@nestjs/common';
import { ConfigStore, defaultModel, didYouMean, notFound } from '@retrain/core';

/** Finds out which model a request is about. */
@Injectable()
export class ModelNames {
  constructor(private readonly config: ConfigStore) {}

  /** The named model, or the first of the configuration. Throws `unknown_model`. */
  resolve(name: string | undefined): string {
    if (name === undefined) return defaultModel(this.config.current().config);
    const known = this.all();
    if (known.includes(name)) return name;
    const hint = didYouMean(name, known);
    const told = `There is no model "${name}".${hint ? ` Did you mean "${hint}"?` : ''} Models: ${known.join(', ')}.`;
    throw notFound('unknown_model', told);
  }

  /** All models of the configuration, the default one first. */
  all(): readonly string[] {
    return Object.keys(this.config.current().config.models);
  }
}
