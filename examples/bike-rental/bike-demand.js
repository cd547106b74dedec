import { defineModel, invalid, unprocessable } from '@retrain/core';
import { bikeDays } from './bike-days.js';

/** Whether a day at the station will be quiet, normal or busy, asked with the weather forecast. */
export const bikeDemand = defineModel({
  name: 'bike-demand',
  description: 'Rides of a bike station on a day: quiet, normal or busy.',
  task: { kind: 'classification', classes: ['quiet', 'normal', 'busy'], ordered: true },
  schema: {
    features: [
      { name: 'temperature', kind: 'numeric', drift: true, description: 'Degrees Celsius, as forecast' },
      { name: 'rain_mm', kind: 'numeric', drift: true, description: 'Millimetres, as forecast' },
      { name: 'weekend', kind: 'numeric', drift: false, description: '1 on Saturday and Sunday' },
      { name: 'usual_rides', kind: 'numeric', drift: true, description: 'Mean rides of the last seven days' },
    ],
  },

  // A row of a file (where numbers may be texts), or the record of a posted outcome.
  parseRecord(row) {
    const day = readDay(row);
    const rides = Number(row.rides ?? NaN);
    if (!(rides >= 0)) {
      throw invalid('invalid_day', 'The row is not a day at the station.', [
        { path: 'rides', message: 'must be a number, 0 or more', given: row.rides },
      ]);
    }
    return { key: day.date, occurredAt: new Date(day.date), payload: { ...day, rides } };
  },

  // What would have been asked the day before: all but what happened.
  inputOf: ({ key, occurredAt, payload: { rides: _, ...forecast } }) => ({ key, occurredAt, payload: forecast }),

  outcomeOf: ({ payload }) => levelOf(Number(payload.rides)),

  parseInput(raw) {
    const day = readDay(Object(raw));
    if (Math.abs(day.temperature) > 60) {
      throw unprocessable('impossible_weather', `No day at the station has ${day.temperature} degrees.`);
    }
    return { key: day.date, occurredAt: new Date(day.date), payload: day };
  },

  createState() {
    /** @type {number[]} */
    let lastRides = [];
    return {
      features({ payload: { date, temperature, rain_mm } }) {
        const weekend = new Date(String(date)).getUTCDay() % 6 === 0 ? 1 : 0;
        const usual = lastRides.reduce((sum, rides) => sum + rides, 0) / lastRides.length;
        const warnings = lastRides.length < 7 ? [`Only ${lastRides.length} days are known.`] : [];
        return { values: [Number(temperature), Number(rain_mm), weekend, usual], warnings };
      },
      observe(records) {
        lastRides = [...lastRides, ...records.map(({ payload }) => Number(payload.rides))].slice(-7);
      },
      describe: () => ({ last_rides: lastRides }),
    };
  },

  // `training_data_path: quickstart:bike-rental`; a CSV with the columns of bikeDays is read without any of this.
  builtinData: (name) => (name === 'bike-rental' ? Promise.resolve(bikeDays()) : undefined),
});

const levelOf = (/** @type {number} */ rides) => (rides < 65 ? 'quiet' : rides < 100 ? 'normal' : 'busy');

/** The date and weather of a row or request. Throws `invalid_day` with everything that is wrong. */
function readDay(/** @type {Readonly<Record<string, unknown>>} */ row) {
  const date = String(row.date ?? '');
  const [temperature, rain_mm] = [Number(row.temperature ?? NaN), Number(row.rain_mm ?? 0)];
  const issues = [];
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(Date.parse(date))) {
    issues.push({ path: 'date', message: 'must be a day as YYYY-MM-DD', given: row.date });
  }
  if (!Number.isFinite(temperature)) {
    issues.push({ path: 'temperature', message: 'must be a number', given: row.temperature });
  }
  if (!(rain_mm >= 0)) issues.push({ path: 'rain_mm', message: 'must be a number, 0 or more', given: row.rain_mm });
  if (issues.length > 0) throw invalid('invalid_day', 'This is not a day with its weather.', issues);
  return { date, temperature, rain_mm };
}
