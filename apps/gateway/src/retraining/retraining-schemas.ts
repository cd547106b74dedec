import { modelProperty } from '../model/model-query.js';
import { pageProperties } from '../http/paging.js';

const reason = { type: 'string', minLength: 1, maxLength: 500 } as const;
const instant = { type: 'string', format: 'instant' } as const;

export const triggerSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    reason: { ...reason, default: 'manual_trigger' },
    force: {
      type: 'boolean',
      default: false,
      description: 'Skips the cool-down and an open circuit, and nothing else',
    },
    as_of: { ...instant, description: 'The run knows nothing later (a replay of the past); not in the future' },
  },
} as const;

export interface TriggerBody {
  readonly reason?: string;
  readonly force?: boolean;
  readonly as_of?: string;
}

export const checkSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    as_of: { ...instant, description: 'Judge the champion of this instant (a replay of the past); not in the future' },
    dry_run: { type: 'boolean', default: false, description: 'Judge and tell; write and request nothing' },
  },
} as const;

export interface CheckBody {
  readonly as_of?: string;
  readonly dry_run?: boolean;
}

export const reasonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { reason: { ...reason, default: 'no reason given' } },
} as const;

const sha256 = { type: 'string', pattern: '^[0-9a-fA-F]{64}$' } as const;

export const approveSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...reasonSchema.properties,
    evidence_hash: { ...sha256, description: 'The evidence you were shown; refused when something else waits' },
    artifact_sha256: { ...sha256, description: 'The artifact you were shown; refused when something else waits' },
  },
} as const;

export interface ApproveBody extends ReasonBody {
  readonly evidence_hash?: string;
  readonly artifact_sha256?: string;
}

export interface ReasonBody {
  readonly reason?: string;
}

export const exportSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    output_path: {
      type: 'string',
      minLength: 1,
      maxLength: 300,
      description: 'A .json file below monitoring_output_dir',
    },
  },
} as const;

export interface ExportBody {
  readonly output_path?: string;
}

export const emptySchema = { type: 'object', additionalProperties: false, properties: {} } as const;

export const runsQuery = {
  type: 'object',
  additionalProperties: false,
  properties: { ...modelProperty, ...pageProperties },
} as const;

export interface RunsQuery {
  readonly model?: string;
  readonly limit?: number;
  readonly cursor?: string;
}
