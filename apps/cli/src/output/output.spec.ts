import { formatCell, Output } from './output.js';
import { renderBar } from './progress.js';

describe('output', () => {
  const printed = (json: boolean) => {
    const lines: string[] = [];
    return { lines, output: new Output(json, (text) => lines.push(text)) };
  };

  it('is a table for people and JSON for scripts', () => {
    const people = printed(false);
    people.output.result({ a: 1 }, () => people.output.table(['name', 'value'], [['a', 1]]));
    expect(people.lines.join('')).toMatch(/name\s+value\s+a\s+1/);
    const script = printed(true);
    script.output.result({ a: 1 }, () => script.output.line('never'));
    expect(JSON.parse(script.lines.join(''))).toEqual({ a: 1 });
  });

  it.each([
    [null, '-'],
    ['', '-'],
    [[], '-'],
    [['a', 'b'], 'a, b'],
    [0.123456, '0.1235'],
    [7, '7'],
    [true, 'yes'],
    ['2016-08-13T12:30:00.000Z', '2016-08-13 12:30'],
  ])('shows %j as %s', (value, cell) => {
    expect(formatCell(value)).toBe(cell);
  });

  it('says (none) instead of an empty table', () => {
    const { lines, output } = printed(false);
    output.table(['a'], []);
    expect(lines).toEqual(['(none)\n']);
  });

  it('estimates the time left from the pace so far', () => {
    expect(renderBar(10, 40, 5_000)).toContain('10/40  25 %  ETA 15 s');
  });
});
