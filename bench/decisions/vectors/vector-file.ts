import { readFileSync } from 'node:fs';

/** One case of a vectors file: inputs and what has to come out of them. */
export interface VectorCase {
  readonly id: string;
  readonly kind: string;
  readonly method: string;
  readonly definition: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Decoded; undefined where they are those of a case that the file does not hold. */
  readonly inputs: Readonly<Record<string, unknown>> | undefined;
  readonly expected: unknown;
  readonly tolerance: number;
  /** Whether the tolerance is a share of the expected number. */
  readonly relative: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a file of statistics vectors: `{cases: [{id, kind, method, definition, params, inputs, expected, tolerance, notes}]}`.
 *
 * Anything that a case leaves out is taken as empty; a file without `cases` is refused.
 */
export function readVectors(path: string): readonly VectorCase[] {
  const file = JSON.parse(readFileSync(path, 'utf8')) as { readonly cases?: unknown };
  const cases = Array.isArray(file) ? (file as unknown[]) : file.cases;
  if (!Array.isArray(cases)) throw new Error(`${path} holds no list of cases.`);
  const raw = cases.filter(isFields);
  const inputsOf = new Map(raw.map((one) => [String(one['id']), decoded(one['inputs'])]));
  return raw.map((one) => ({
    id: String(one['id']),
    kind: String(one['kind'] ?? ''),
    method: String(one['method'] ?? ''),
    definition: String(one['definition'] ?? ''),
    params: isFields(one['params']) ? (decoded(one['params']) as Fields) : {},
    inputs: resolved(decoded(one['inputs']), inputsOf),
    expected: decoded(one['expected']),
    tolerance: typeof one['tolerance'] === 'number' ? one['tolerance'] : 1e-9,
    relative: /relative/i.test(String(one['notes'] ?? '')),
  }));
}

/** Inputs that name another case are that case's, with their own fields over them. */
function resolved(inputs: unknown, known: ReadonlyMap<string, unknown>): Fields | undefined {
  if (!isFields(inputs)) return { values: inputs };
  const other = inputs['same_inputs_as'];
  if (other === undefined) return inputs;
  const theirs = known.get(String(other));
  return isFields(theirs) && theirs['same_inputs_as'] === undefined ? { ...theirs, ...inputs } : undefined;
}

/** Plain values from the file's short forms: special numbers, packed doubles, one character a label, repeated constants. */
function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  if (!isFields(value)) return value;
  if (typeof value['$special'] === 'string') return Number(value['$special']);
  if (typeof value['$f64le_base64'] === 'string') {
    const bytes = Buffer.from(value['$f64le_base64'], 'base64');
    return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(8 * index));
  }
  if (typeof value['$chars'] === 'string') return [...value['$chars']];
  if ('repeat' in value && typeof value['n'] === 'number') {
    return new Array<unknown>(value['n']).fill(decoded(value['repeat']));
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, decoded(inner)]));
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
