import type { Json, JsonObject } from '../shared/json.js';
import { configKeys } from './keys.js';
import { allowed, type Field, type Schema } from './schema.js';

/** The configuration as a JSON Schema (2020-12): for editors, for the API's documentation, for forms. */
export function configJsonSchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of retrain',
    ...objectSchema(configKeys),
  };
}

function objectSchema(fields: readonly Field[]): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(fields.map((field) => [field.key, fieldSchema(field)])),
    ...(fields.some((field) => field.required)
      ? { required: fields.filter((field) => field.required).map((field) => field.key) }
      : {}),
  };
}

function fieldSchema({ doc, schema, fallback }: Field): JsonObject {
  return { description: `${doc} Allowed: ${allowed(schema)}.`, ...valueSchema(schema), ...withDefault(fallback) };
}

function withDefault(fallback: Json | undefined): JsonObject {
  return fallback === undefined ? {} : { default: fallback };
}

function valueSchema(schema: Schema): JsonObject {
  switch (schema.kind) {
    case 'number':
      return {
        type: schema.integer ? 'integer' : 'number',
        ...(schema.minimum === undefined ? {} : { minimum: schema.minimum }),
        ...(schema.above === undefined ? {} : { exclusiveMinimum: schema.above }),
        ...(schema.maximum === undefined ? {} : { maximum: schema.maximum }),
      };
    case 'boolean':
      return { type: 'boolean' };
    case 'text':
      return { type: 'string', minLength: 1, ...(schema.pattern ? { pattern: `^(?:${schema.pattern})$` } : {}) };
    case 'day':
      return { type: 'string', format: 'date' };
    case 'choice':
      return { type: 'string', enum: schema.values };
    case 'use':
      return { oneOf: [{ type: 'string' }, useSchema(schema.fields ?? [])] };
    case 'list':
      return {
        type: 'array',
        items: valueSchema(schema.of),
        ...(schema.minItems ? { minItems: schema.minItems } : {}),
      };
    case 'object':
      return objectSchema(schema.fields);
    case 'grid':
      return { type: 'object', additionalProperties: { type: 'array', minItems: 1 } };
    case 'models':
      return { type: 'object', minProperties: 1, additionalProperties: modelSchema() };
  }
}

function useSchema(fields: readonly Field[]): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['use'],
    properties: {
      use: { type: 'string' },
      ...Object.fromEntries(fields.map((field) => [field.key, fieldSchema(field)])),
      with: { type: 'object' },
    },
  };
}

function modelSchema(): JsonObject {
  return {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      definition: { type: 'string', description: 'The kind of model; not given: the one of the same name.' },
      ...Object.fromEntries(
        configKeys
          .filter((key) => key.scope === 'model')
          .map(({ key, doc, schema }) => [key, { description: doc, ...valueSchema(schema) }]),
      ),
    },
  };
}
