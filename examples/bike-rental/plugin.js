import { defineModel } from '@retrain/core';
import { bikeDemand } from './bike-demand.js';

/** The same days as a number: how many rides there will be. */
const bikeRides = defineModel({
  ...bikeDemand,
  name: 'bike-rides',
  description: 'Rides of a bike station on a day, as a number.',
  task: { kind: 'regression' },
  outcomeOf: ({ payload }) => Number(payload.rides),
});

/** @type {import('@retrain/core').Plugin} */
export const plugin = { name: 'bike-rental', models: [bikeDemand, bikeRides] };
