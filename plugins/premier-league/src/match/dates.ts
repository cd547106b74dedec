const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}.*)?$/;
const BRITISH = /^(\d{1,2})\/(\d{1,2})\/(\d{2}|\d{4})$/;
const SEASON = /^(\d{4})(?:\s*[-/–]\s*(\d{2}|\d{4}))?$/;
/** Two-digit years from here on belong to the last century; the league began in 1992. */
const CENTURY_PIVOT = 80;
const FIRST_YEAR = 1888;
const LAST_YEAR = 2199;

/**
 * The ISO date of `2016-10-29`, `2016-10-29T16:30:00Z`, `29/10/2016`, `29/10/16` or a Date (read as UTC).
 *
 * Undefined for anything else, for days that no calendar has, and for years before 1888 or after 2199.
 */
export function readDate(value: unknown): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : readDate(value.toISOString());
  if (typeof value !== 'string') return undefined;
  const iso = ISO.exec(value.trim());
  if (iso) return calendarDate(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const british = BRITISH.exec(value.trim());
  if (!british) return undefined;
  const year = Number(british[3]);
  const century = british[3]!.length === 4 ? 0 : year >= CENTURY_PIVOT ? 1900 : 2000;
  return calendarDate(century + year, Number(british[2]), Number(british[1]));
}

function calendarDate(year: number, month: number, day: number): string | undefined {
  if (year < FIRST_YEAR || year > LAST_YEAR) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.toISOString().slice(0, 10);
}

/** The year in which the season `2016-2017`, `2016/17`, `2016-17`, `2016` or 2016 begins; undefined for anything else. */
export function readSeason(value: unknown): number | undefined {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const match = SEASON.exec(text.trim());
  if (!match) return undefined;
  const start = Number(match[1]);
  if (start < FIRST_YEAR || start > LAST_YEAR) return undefined;
  if (match[2] !== undefined && Number(match[2]) % 100 !== (start + 1) % 100) return undefined;
  return start;
}

/** Whether a match of that season can be on that date: from July to the end of the next August. */
export function isWithinSeason(date: string, season: number): boolean {
  return date >= `${season}-07-01` && date <= `${season + 1}-08-31`;
}
