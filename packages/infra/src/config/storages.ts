import { Registry, type NamedOptions } from '@retrain/core';
import { checkOptions, optional, someText } from '../plugin/check-options.js';

/** The places where artifacts can be kept. */
export const storages = new Registry<NamedOptions>('storage');

storages.add(
  {
    name: 'local',
    parseOptions: (raw) => {
      checkOptions('local', raw, { directory: optional(someText) });
      return raw;
    },
  },
  'infra',
);
