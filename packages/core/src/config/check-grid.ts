import type { Issue } from '../shared/errors.js';
import type { Json } from '../shared/json.js';
import { checkDefinition } from './check-use.js';
import { below, isMapping, shownValue, type Checking } from './checking.js';
import { hasReference } from './environment-references.js';
import type { Grid } from './grid.js';
import { allowed, type Schema, type UseSchema } from './schema.js';

/** Checks the shape of a grid; answers it, or undefined after noting every problem. */
export function checkGrid(schema: Schema, raw: unknown, path: string, { issues }: Checking): Grid | undefined {
  if (!isMapping(raw)) {
    issues.push({ path, message: `must be ${allowed(schema)}`, given: shownValue(raw) });
    return undefined;
  }
  const before = issues.length;
  for (const [option, values] of Object.entries(raw)) {
    if (!Array.isArray(values) || values.length === 0) {
      issues.push({ path: below(path, option), message: 'must be a list of values to try', given: shownValue(values) });
    } else if (hasReference(JSON.stringify(values))) {
      issues.push({ path: below(path, option), message: 'cannot be read from the environment' });
    }
  }
  return issues.length === before ? (raw as Grid) : undefined;
}

/** Checks a definition with each value of its grid; problems of a value are told where it stands in the grid. */
export function checkGridded(
  { of }: UseSchema,
  { use, with: given = {} }: Readonly<Record<string, unknown>>,
  grid: Grid,
  path: string,
  checking: Checking,
): { use: string; with: Record<string, Json> } | undefined {
  const options = isMapping(given) ? given : {};
  const first = Object.fromEntries(Object.entries(grid).map(([option, [value]]) => [option, value]));
  const found = new Map<string, Issue>();
  for (const [option, values] of Object.entries(grid)) {
    if (Object.hasOwn(options, option)) {
      const place = below(below(path, 'grid'), option);
      found.set(place, { path: place, message: 'is given in "with" as well: keep one of them' });
    }
    for (const [index, value] of values.entries()) {
      const told: Issue[] = [];
      const tried = isMapping(given) ? { ...given, ...first, [option]: value } : given;
      checkDefinition(of, { use, with: tried }, path, { ...checking, issues: told });
      for (const issue of told) {
        const placed = { ...issue, path: inGrid(issue.path, path, grid, option, index) };
        found.set(`${placed.path}: ${placed.message}`, placed);
      }
    }
  }
  checking.issues.push(...found.values());
  return { use: String(use), with: options as Record<string, Json> };
}

/** Where a problem of an option stands: in the grid, if that is where its value came from. */
function inGrid(place: string, path: string, grid: Grid, tried: string, index: number): string {
  for (const option of Object.keys(grid)) {
    const plain = below(below(path, 'with'), option);
    if (place !== plain && !place.startsWith(`${plain}.`)) continue;
    const value = below(below(below(path, 'grid'), option), option === tried ? index : 0);
    return `${value}${place.slice(plain.length)}`;
  }
  return place;
}
