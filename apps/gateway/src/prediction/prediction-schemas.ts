/** Most things predicted, or outcomes told, in one request. */
export const MAX_ITEMS = 1_000;

const odds = { type: 'number', exclusiveMinimum: 1, description: 'Decimal odds' } as const;

/** What a match looks like to the reference model; the model itself checks it. */
export const matchSchema = {
  type: 'object',
  required: ['home_team', 'away_team'],
  properties: {
    home_team: { type: 'string' },
    away_team: { type: 'string' },
    date: { type: 'string', format: 'date' },
    season: {},
    month: { type: 'integer', minimum: 1, maximum: 12 },
    home_odds: odds,
    draw_odds: odds,
    away_odds: odds,
  },
} as const;

export const bulkSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['matches'],
  properties: { matches: { type: 'array', minItems: 1, maxItems: MAX_ITEMS, items: { type: 'object' } } },
} as const;

export interface BulkBody {
  readonly matches: readonly unknown[];
}

const instant = { type: 'string', format: 'instant' } as const;
const key = { type: 'string', minLength: 1, maxLength: 500 } as const;

export const instancesSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['instances'],
  properties: {
    instances: {
      type: 'array',
      minItems: 1,
      maxItems: MAX_ITEMS,
      items: {
        type: 'object',
        additionalProperties: false,
        properties: {
          key,
          occurred_at: instant,
          input: { type: 'object' },
          features: { type: ['array', 'object'] },
        },
        oneOf: [{ required: ['input'] }, { required: ['features'] }],
      },
    },
  },
} as const;

export interface InstancesBody {
  readonly instances: readonly {
    readonly key?: string;
    readonly occurred_at?: string;
    readonly input?: Readonly<Record<string, unknown>>;
    readonly features?: unknown;
  }[];
}

export const outcomesSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['outcomes'],
  properties: {
    outcomes: {
      type: 'array',
      minItems: 1,
      maxItems: MAX_ITEMS,
      items: {
        type: 'object',
        additionalProperties: false,
        properties: {
          prediction_id: { type: 'string', minLength: 1, maxLength: 100 },
          key,
          outcome: { type: ['string', 'number'] },
          observed_at: instant,
          record: { type: 'object' },
        },
      },
    },
  },
} as const;

export interface OutcomesBody {
  readonly outcomes: readonly {
    readonly prediction_id?: string;
    readonly key?: string;
    readonly outcome?: string | number;
    readonly observed_at?: string;
    readonly record?: Readonly<Record<string, unknown>>;
  }[];
}
