import type { Json } from '../shared/json.js';
import { hasReference } from './environment-references.js';
import { below } from './checking.js';

/** What stands in the place of something secret. */
export const mask = '***';

const secretKey = /secret|token|passw|api_?key|credential|^sha256$|authorization/i;

/** A copy in which values of keys that sound secret are masked; `${NAME}` stays, it is only a name. */
export function redact(value: Json): Json {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isSecret(key, inner) ? mask : redact(inner)]),
  );
}

function isSecret(key: string, value: Json): boolean {
  return secretKey.test(key) && typeof value === 'string' && !hasReference(value);
}

/** A copy with the texts at these dotted paths as they were written. */
export function restoreReferences(value: Json, written: ReadonlyMap<string, string>, path = ''): Json {
  if (typeof value === 'string') return written.get(path) ?? value;
  if (Array.isArray(value)) return value.map((item, index) => restoreReferences(item, written, below(path, index)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, restoreReferences(inner, written, below(path, key))]),
  );
}
