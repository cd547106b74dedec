import { didYouMean } from '@retrain/core';
import { ALIASES } from './aliases.js';

const CANONICAL: ReadonlyMap<string, string> = new Map(
  Object.entries(ALIASES).flatMap(([team, aliases]) =>
    [team, ...aliases].map((name) => [essence(name), team] as const),
  ),
);

/** The one name of a team whatever the source calls it; an unknown name is kept, trimmed and with single spaces. */
export function canonicalTeam(name: string): string {
  return CANONICAL.get(essence(name)) ?? name.trim().replace(/\s+/g, ' ');
}

/** The known team that a mistyped or differently written name most likely means. */
export function suggestTeam(name: string, known: readonly string[]): string | undefined {
  const byEssence = new Map<string, string>();
  for (const team of known) {
    for (const spelling of [team, ...(ALIASES[team] ?? [])]) byEssence.set(essence(spelling), team);
  }
  const given = essence(name);
  const exact = byEssence.get(given);
  if (exact !== undefined) return exact;
  // Abbreviations are near to everything; only a name can be mistyped.
  const spellings = [...byEssence.keys()].filter((spelling) => spelling.length > 3);
  const near =
    didYouMean(given, spellings) ?? spellings.find((spelling) => given.length > 3 && spelling.includes(given));
  return near === undefined ? undefined : byEssence.get(near);
}

/** What is left of a name without case, accents, punctuation and the letters every club has. */
function essence(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/&/g, ' and ')
    .replace(/['’.]/g, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && word !== 'fc' && word !== 'afc')
    .join(' ');
}
