import type { Signal } from '../event/signals.port.js';
import { servingCoin } from '../testing/index.js';

const day = '2024-06-01';
const row = (over: object = {}) => ({ id: 'toss-x', at: `${day}T00:00:00Z`, tilt: 0.5, side: 'heads', ...over });

const asked = async (input: object = { tilt: 0.5, id: 'toss-x', at: `${day}T00:00:00Z` }) => {
  const coin = await servingCoin();
  await coin.promote([1, 0]);
  await coin.champions.refresh('coin');
  await coin.states.refresh('coin');
  const [answer] = await coin.serve.execute('coin', [{ path: '', input }]);
  const told: Signal[] = [];
  coin.signals.listen((signal) => told.push(signal));
  const tell = (...reports: Parameters<typeof coin.outcomes.execute>[1][number][]) =>
    coin.outcomes.execute('coin', reports, 'key:ci');
  return { ...coin, id: answer!.id, tell, told };
};

describe('recording outcomes', () => {
  it('is idempotent: the same outcome again changes nothing', async () => {
    const { tell, id, predictions } = await asked();
    expect(await tell({ predictionId: id, outcome: 'heads' })).toMatchObject([
      { status: 'recorded', predictionIds: [id] },
    ]);
    expect(await tell({ predictionId: id, outcome: 'heads' })).toMatchObject([{ status: 'unchanged' }]);
    expect(await predictions.outcomesOf([id])).toMatchObject([{ outcome: 'heads', revision: 1 }]);
  });

  it('takes a correction and leaves a trail of it', async () => {
    const { tell, id, events, predictions } = await asked();
    await tell({ predictionId: id, outcome: 'heads' });
    expect(await tell({ predictionId: id, outcome: 'tails' })).toMatchObject([{ status: 'corrected' }]);
    expect(await predictions.outcomesOf([id])).toMatchObject([{ outcome: 'tails', revision: 2 }]);
    const [event] = await events.after(0, 10, { types: ['prediction.outcome_corrected'] });
    expect(event).toMatchObject({ actor: 'key:ci', payload: { predictionId: id, from: 'heads', to: 'tails' } });
  });

  it('takes the same prediction twice in one call in the order given', async () => {
    const { tell, id } = await asked();
    const results = await tell({ predictionId: id, outcome: 'heads' }, { predictionId: id, outcome: 'tails' });
    expect(results.map(({ status }) => status)).toEqual(['recorded', 'corrected']);
  });

  it('gives the outcome of a key to every prediction of that key', async () => {
    const { tell, id, serve } = await asked();
    const [second] = await serve.execute('coin', [
      { path: '', input: { tilt: 0.7, id: 'toss-x', at: `${day}T00:00:00Z` } },
    ]);
    const [result] = await tell({ key: 'toss-x', outcome: 'tails' });
    expect([...result!.predictionIds].sort()).toEqual([id, second!.id].sort());
  });

  it('takes the outcome from the record, which joins the training data', async () => {
    const { tell, id, records, told } = await asked();
    expect(await tell({ record: row() })).toMatchObject([
      { status: 'recorded', predictionIds: [id], recordChanged: true },
    ]);
    expect(await records.after('coin', 0, 10)).toMatchObject([{ key: 'toss-x', payload: { side: 'heads' } }]);
    expect(told).toContainEqual({ kind: 'records_added', model: 'coin' });
  });

  it('keeps the record of something that nobody had asked about', async () => {
    const { tell, records } = await asked();
    const report = { record: row({ id: 'toss-y' }) };
    expect(await tell(report)).toMatchObject([{ status: 'recorded', predictionIds: [] }]);
    expect(await tell(report)).toMatchObject([{ status: 'unchanged', recordChanged: false }]);
    expect(await records.count('coin')).toBe(1);
  });

  it.each([
    ['an unknown id', { predictionId: '00000000-0000-4000-8000-00000000ffff', outcome: 'heads' }],
    ['an unknown key', { key: 'toss-z', outcome: 'heads' }],
  ])('answers unknown_prediction for %s', async (_, report) => {
    const { tell } = await asked();
    expect(await tell(report)).toMatchObject([
      { status: 'unknown_prediction', reasons: [expect.stringContaining('no prediction') as string] },
    ]);
  });

  it.each([
    ['a class that the model does not know', { key: 'toss-x', outcome: 'head' }, 'Did you mean "heads"'],
    ['a number where classes are', { key: 'toss-x', outcome: 1 }, 'must be one of'],
    ['nothing that it is about', { outcome: 'heads' }, '"prediction_id", "key" or "record"'],
    ['no outcome at all', { key: 'toss-x' }, '"outcome" is needed'],
    [
      'a time in the future',
      { key: 'toss-x', outcome: 'heads', observedAt: new Date('2024-06-03T00:00:00Z') },
      'future',
    ],
    [
      'a time before the event',
      { key: 'toss-x', outcome: 'heads', observedAt: new Date('2024-05-31T23:59:59Z') },
      'proves nothing',
    ],
    ['a broken record', { record: row({ side: 'edge' }) }, 'record.side: must be heads or tails'],
    ['a record of what has not happened yet', { record: row({ at: '2024-06-09T00:00:00Z' }) }, 'future'],
    ['a record of another game', { record: row({ game: 'dice' }) }, 'not about model'],
    ['a record that says otherwise', { record: row(), outcome: 'tails' }, 'the record says "heads"'],
    ['a record of another key', { record: row(), key: 'toss-q' }, 'not the record'],
    [
      'a record observed before it happened',
      { record: row(), observedAt: new Date('2024-05-01T00:00:00Z') },
      'cannot have been observed',
    ],
  ])('refuses %s with its reason', async (_, report, reason) => {
    const { tell, id, predictions, records } = await asked();
    const [result] = await tell(report);
    expect(result!.status).toBe('invalid');
    expect(result!.reasons.join(' ')).toContain(reason);
    expect(await predictions.outcomesOf([id])).toEqual([]);
    expect(await records.count('coin')).toBe(0);
  });

  it('refuses an outcome whose record is about something else than the prediction', async () => {
    const { tell, id } = await asked();
    const [result] = await tell({ predictionId: id, record: row({ id: 'toss-other' }) });
    expect(result).toMatchObject({ status: 'invalid', reasons: [expect.stringContaining('toss-other') as string] });
  });

  it('holds for events of the past, as a replay plays them', async () => {
    const { tell, id } = await asked({ tilt: 0.5, id: 'old', at: '2016-08-13T00:00:00Z' });
    expect(
      await tell({ predictionId: id, outcome: 'heads', observedAt: new Date('2016-08-13T23:59:59Z') }),
    ).toMatchObject([{ status: 'recorded' }]);
  });

  it('stores the good ones beside refused ones', async () => {
    const { tell, id } = await asked();
    const results = await tell(
      { key: 'nobody', outcome: 'heads' },
      { predictionId: id, outcome: 'heads' },
      { outcome: 'x' },
    );
    expect(results.map(({ index, status }) => [index, status])).toEqual([
      [0, 'unknown_prediction'],
      [1, 'recorded'],
      [2, 'invalid'],
    ]);
  });

  it('refuses an unknown model', async () => {
    const { outcomes } = await asked();
    await expect(outcomes.execute('dice', [], 'api')).rejects.toMatchObject({ code: 'unknown_model' });
  });
});
