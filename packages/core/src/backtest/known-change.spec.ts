import { changeAt, parseKnownChange } from './known-change.js';

describe('a known change of the world', () => {
  it('lasts from its first day until the day before its end', () => {
    const changes = [parseKnownChange('closed-doors@2020-06-17..2021-05-18'), parseKnownChange('rules@2021-01-01')];
    const nameAt = (day: string) => changeAt(changes, Date.parse(day))?.name;
    expect(nameAt('2020-06-16')).toBeUndefined();
    expect(nameAt('2020-06-17')).toBe('closed-doors');
    expect(nameAt('2021-05-17')).toBe('closed-doors');
    expect(nameAt('2021-05-18')).toBe('rules');
    expect(nameAt('2030-01-01')).toBe('rules');
  });

  it.each(['closed-doors', '@2020-06-17', 'a b@2020-06-17', 'a@17.6.2020', 'a@2020-06-17..2020-06-17', 'a@2020-13-01'])(
    'is refused when written as %j',
    (text) => {
      expect(() => parseKnownChange(text)).toThrow(/is no change; write name@/);
    },
  );
});
