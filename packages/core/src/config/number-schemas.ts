import type { NumberSchema, Schema } from './schema.js';

/** A number within bounds. */
export const share = (bounds: Omit<NumberSchema, 'kind'>): Schema => ({ kind: 'number', ...bounds });

/** A whole number within bounds. */
export const whole = (minimum: number, maximum?: number): Schema => ({
  kind: 'number',
  integer: true,
  minimum,
  maximum,
});
