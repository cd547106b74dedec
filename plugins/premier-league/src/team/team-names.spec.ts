import { ALIASES } from './aliases.js';
import { canonicalTeam, suggestTeam } from './team-names.js';

describe('names of teams', () => {
  test.each([
    ['Manchester United FC', 'Man United'],
    ['Man Utd', 'Man United'],
    ['MANCHESTER CITY', 'Man City'],
    ['AFC Bournemouth', 'Bournemouth'],
    ['Brighton & Hove Albion', 'Brighton'],
    ['Nottingham Forest', "Nott'm Forest"],
    ['Nott’m Forest', "Nott'm Forest"],
    ['  tottenham   hotspur ', 'Tottenham'],
    ['Wolverhampton Wanderers F.C.', 'Wolves'],
    ['Sheffield Wednesday', 'Sheffield Weds'],
  ])('%s is %s', (given, name) => expect(canonicalTeam(given)).toBe(name));

  it('keeps a name that no source uses for a club of this league', () => {
    expect(canonicalTeam('  Real   Sociedad ')).toBe('Real Sociedad');
  });

  it('gives no spelling to two clubs', () => {
    for (const [team, aliases] of Object.entries(ALIASES)) {
      expect([team, ...aliases].map(canonicalTeam)).toEqual([team, ...aliases].map(() => team));
    }
  });

  it('suggests the known team that was meant', () => {
    const known = ['Arsenal', 'Man City', 'Man United', 'West Ham'];
    expect(suggestTeam('Arsenel', known)).toBe('Arsenal');
    expect(suggestTeam('Manchester Unitd', known)).toBe('Man United');
    expect(suggestTeam('Hammers West Ham', known)).toBeUndefined();
    expect(suggestTeam('Juventus', known)).toBeUndefined();
  });
});
