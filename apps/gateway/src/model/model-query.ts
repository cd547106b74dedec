/** Query parameter that names the model where the path does not. */
export const modelProperty = {
  model: { type: 'string', minLength: 1, description: 'The first model unless given' },
} as const;

export const modelQuery = { type: 'object', additionalProperties: false, properties: modelProperty } as const;

export interface ModelQuery {
  readonly model?: string;
}
