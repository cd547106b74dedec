import type { Plugin } from '@retrain/core';
import { premierLeague } from './premier-league.js';

export { premierLeague } from './premier-league.js';

/** The reference model as a plug-in. */
export const plugin: Plugin = { name: 'premier-league', models: [premierLeague] };
