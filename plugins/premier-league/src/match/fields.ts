import { didYouMean, DomainError, type Issue } from '@retrain/core';

/** Columns under which a source may carry one fact, best first. */
export type Names = readonly [string, ...string[]];

interface Limits {
  readonly from: number;
  readonly to: number;
  readonly whole: boolean;
}

/** Highest counts and odds that are taken for real; what lies beyond is a typing error. */
export const LIMITS = {
  goals: { from: 0, to: 30, whole: true },
  shots: { from: 0, to: 100, whole: true },
  cards: { from: 0, to: 30, whole: true },
  month: { from: 1, to: 12, whole: true },
} as const satisfies Record<string, Limits>;

const HIGHEST_ODDS = 10_000;

/** Reads the columns of one row and remembers everything that is wrong with it. */
export class Fields {
  readonly issues: Issue[] = [];

  constructor(private readonly row: Readonly<Record<string, unknown>>) {}

  /** The first of the names that the row has a value under; else the first that is a column of it at all. */
  nameOf(names: Names): string {
    return names.find((name) => !isMissing(this.row[name])) ?? names.find((name) => name in this.row) ?? names[0];
  }

  has(names: Names): boolean {
    return !isMissing(this.row[this.nameOf(names)]);
  }

  value(names: Names): unknown {
    return this.row[this.nameOf(names)];
  }

  refuse(names: Names, message: string): undefined {
    const path = this.nameOf(names);
    const given = this.row[path];
    this.issues.push(isMissing(given) ? { path, message } : { path, message, given });
    return undefined;
  }

  text(names: Names): string | undefined {
    const value = this.value(names);
    return typeof value === 'string' ? value.trim() : undefined;
  }

  /** A number within limits; undefined when missing, and when refused. */
  number(names: Names, limits: Limits, strict = false): number | undefined {
    if (!this.has(names)) return undefined;
    const value = toNumber(this.value(names), strict);
    const kind = limits.whole ? 'a whole number' : 'a number';
    const inside = value >= limits.from && value <= limits.to && (!limits.whole || Number.isInteger(value));
    return inside ? value : this.refuse(names, `must be ${kind} from ${limits.from} to ${limits.to}.`);
  }

  /** Decimal odds; undefined when missing, and when refused. */
  odds(names: Names, strict = false): number | undefined {
    if (!this.has(names)) return undefined;
    const value = toNumber(this.value(names), strict);
    if (value > 1 && value <= HIGHEST_ODDS) return value;
    return this.refuse(names, `must be decimal odds: a number above 1 and at most ${HIGHEST_ODDS}.`);
  }

  /** Refuses every field that is none of these: a mistyped name would silently say nothing. */
  only(known: readonly string[]): void {
    for (const path of Object.keys(this.row)) {
      if (known.includes(path)) continue;
      const hint = didYouMean(path, known);
      const message = hint
        ? `is not known here; did you mean "${hint}"?`
        : `is not known here: ${known.join(', ')} are.`;
      this.issues.push({ path, message });
    }
  }

  /** Throws when anything was refused. */
  finish(code: string, what: string): void {
    if (this.issues.length === 0) return;
    const told = this.issues.map(({ path, message }) => `${path} ${message}`).join(' ');
    throw new DomainError('invalid', code, `${what}: ${told}`, this.issues);
  }
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** Files carry numbers as text; a request (strict) must not. NaN for what is no number. */
function toNumber(value: unknown, strict: boolean): number {
  if (typeof value === 'number') return value;
  if (strict) return NaN;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' ? Number(value) : NaN;
}
