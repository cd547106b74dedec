import fc from 'fast-check';
import { isWithinSeason, readDate, readSeason } from './dates.js';

describe('dates of sources', () => {
  test.each([
    ['2016-10-29', '2016-10-29'],
    ['2016-10-29T16:30:00Z', '2016-10-29'],
    ['29/10/2016', '2016-10-29'],
    ['29/10/16', '2016-10-29'],
    ['14/08/93', '1993-08-14'],
    [' 1/2/09 ', '2009-02-01'],
    ['29/02/2016', '2016-02-29'],
    [new Date('2016-10-29T23:59:00Z'), '2016-10-29'],
  ])('%s is %s', (given, date) => expect(readDate(given)).toBe(date));

  test.each([
    '29/02/2015',
    '2016-13-01',
    '31/04/2016',
    '10/29/2016',
    '0000-00-00',
    '1066-10-14',
    '9999-01-01',
    'soon',
    '',
  ])('"%s" is no date', (given) => expect(readDate(given)).toBeUndefined());

  test.each([20161029, null, undefined, true, {}, new Date('x')])('%p is no date', (given) => {
    expect(readDate(given)).toBeUndefined();
  });

  it('reads every day of a century alike in British and in ISO notation', () => {
    const days = fc.date({ min: new Date('1980-01-01'), max: new Date('2079-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(days, (day) => {
        const iso = day.toISOString().slice(0, 10);
        const [year, month, dayOfMonth] = iso.split('-');
        expect(readDate(`${dayOfMonth}/${month}/${year}`)).toBe(iso);
        expect(readDate(`${dayOfMonth}/${month}/${year!.slice(2)}`)).toBe(iso);
      }),
    );
  });
});

describe('seasons of sources', () => {
  test.each(['2016-2017', '2016/17', '2016-17', '2016/2017', '2016', 2016])('%p begins in 2016', (given) => {
    expect(readSeason(given)).toBe(2016);
  });

  it('knows the season at the turn of the century', () => expect(readSeason('1999-00')).toBe(1999));

  test.each(['2016-2018', '2016/15', '16/17', '', 'next', 20162017, 2016.5, null, -2016])(
    '%p is no season',
    (given) => {
      expect(readSeason(given)).toBeUndefined();
    },
  );

  it('gives room to a season that the summer did not end', () => {
    expect(isWithinSeason('2020-07-26', 2019)).toBe(true);
    expect(isWithinSeason('2020-09-12', 2019)).toBe(false);
    expect(isWithinSeason('2020-06-30', 2020)).toBe(false);
  });
});
