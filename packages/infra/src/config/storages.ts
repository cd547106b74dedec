import { readOptions, Registry, type NamedOptions } from '@retrain/core';

/** The places where artifacts can be kept. */
export const storages = new Registry<NamedOptions>('storage');

storages.add({ name: 'local', parseOptions: (raw) => readOptions(raw, { directory: { kind: 'text' } }) }, 'infra');
