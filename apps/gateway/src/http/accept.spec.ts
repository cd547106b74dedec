import { preferred } from './accept.js';

const offers = ['application/json', 'text/markdown', 'text/html'] as const;

describe('the preferred representation', () => {
  it.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['text/html', 'text/html'],
    ['text/*', 'text/markdown'],
    ['text/markdown;q=0.5, text/html', 'text/html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
    ['application/json;q=0, */*', 'text/markdown'],
    ['image/png, */*;q=0.1', 'application/json'],
  ])('of Accept %j is %s', (accept, type) => {
    expect(preferred(accept, offers)).toBe(type);
  });

  it('does not exist when none is wanted', () => {
    expect(() => preferred('image/png', offers)).toThrow('there is application/json, text/markdown, text/html');
  });
});
