import { buildExamples, parseRecords } from '@retrain/core';
import { bikeDays } from './bike-days.js';
import { bikeDemand } from './bike-demand.js';

const { records, rejected } = parseRecords(bikeDemand, bikeDays({ days: 60 }));
const width = bikeDemand.schema.features.length;

describe('the demand of bikes', () => {
  it('reads every day, each under its own key', () => {
    expect(rejected).toEqual([]);
    expect(new Set(records.map(({ key }) => key)).size).toBe(60);
  });

  it('knows nothing of a day or of later ones before the day is over, and everything after it', () => {
    const cut = 30;
    const otherwise = records.map((record, index) =>
      index < cut ? record : { ...record, payload: { ...record.payload, rides: 1000 } },
    );
    const [real, other] = [buildExamples(bikeDemand, records), buildExamples(bikeDemand, otherwise)];
    const known = (cut + 1) * width;
    expect(other.features.slice(0, known)).toEqual(real.features.slice(0, known));
    expect(other.features.slice(known)).not.toEqual(real.features.slice(known));
  });

  it('tells everything that is wrong with a row', () => {
    const { rejected } = parseRecords(bikeDemand, [{ date: '1 May', temperature: '', rides: 3 }]);
    expect(rejected).toEqual([{ row: 1, reason: expect.stringMatching(/^date: must be a day/) }]);
  });
});
