import type { JsonObject } from '../shared/json.js';
import { configJsonSchema } from './json-schema.js';
import { configKeys } from './keys.js';

const properties = configJsonSchema()['properties'] as Record<string, JsonObject>;

describe('the JSON schema of the configuration', () => {
  it('describes every key and no other', () => {
    expect(Object.keys(properties)).toEqual(configKeys.map(({ key }) => key));
    expect(configJsonSchema()['additionalProperties']).toBe(false);
    for (const { key, doc } of configKeys) expect(properties[key]!['description']).toContain(doc);
  });

  it('gives the bounds and defaults that validation goes by', () => {
    expect(properties['performance_threshold']).toMatchObject({
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 0.5,
      default: 0.05,
    });
    expect(properties['min_new_predictions']).toMatchObject({ type: 'integer', minimum: 1, default: 100 });
    expect(properties['deployment']).toMatchObject({
      properties: { strategy: { enum: ['direct', 'shadow', 'canary', 'ab'] } },
    });
    expect(properties['api_keys']).toMatchObject({ items: { required: ['name', 'sha256'] } });
    expect(properties['notifications']).toMatchObject({
      items: { oneOf: [{ type: 'string' }, { required: ['use'] }] },
    });
  });

  it('lets a model override the keys of models alone', () => {
    const model = (properties['models']!['additionalProperties'] as JsonObject)['properties'] as JsonObject;
    expect(Object.keys(model)).toEqual([
      'definition',
      ...configKeys.filter(({ scope }) => scope === 'model').map(({ key }) => key),
    ]);
  });
});
