import { invalid } from '../shared/errors.js';

/** Queues are resource classes: how much a job eats decides where it waits. */
export type QueueName = 'monitoring' | 'training' | 'fitting';

export interface EvaluateTriggersJob {
  readonly model: string;
}

export interface RunJob {
  readonly runId: string;
}

export interface ReproduceJob extends RunJob {
  /** Who asked. */
  readonly actor: string;
}

export interface PieceJob {
  readonly pieceId: string;
}

export type EmptyJob = Readonly<Record<string, never>>;

/** Every kind of job and its payload. Payloads carry ids only: the row is the truth. New fields are optional. */
export interface JobPayloads {
  'evaluate-triggers': EvaluateTriggersJob;
  'watch-rollouts': EmptyJob;
  'recover-runs': EmptyJob;
  notify: EmptyJob;
  prune: EmptyJob;
  'read-answers': EmptyJob;
  retrain: RunJob;
  reproduce: ReproduceJob;
  'train-candidate': PieceJob;
}

export type JobName = keyof JobPayloads;

/** How one kind of job is delivered. */
export interface JobKind<N extends JobName> {
  readonly name: N;
  readonly queue: QueueName;
  /** Deliveries before the queue gives up; what is lost then is found again by `recover-runs`. */
  readonly attempts: number;
  /** First delay of the exponential back-off between deliveries. */
  readonly backoffSeconds: number;
  /** Validates a payload on arrival; throws a DomainError `invalid_job` when it is not one. */
  parse(payload: unknown): JobPayloads[N];
}

function stringField(payload: unknown, field: string, job: string): string {
  const value = (payload as Record<string, unknown> | null | undefined)?.[field];
  if (typeof value === 'string' && value.length > 0) return value;
  throw invalid('invalid_job', `Job ${job} needs a non-empty string "${field}", got ${JSON.stringify(value)}.`);
}

const empty = (): EmptyJob => ({});

/** The typed job catalog: producers and processors are both typed from it. */
export const jobCatalog: { readonly [N in JobName]: JobKind<N> } = {
  'evaluate-triggers': {
    name: 'evaluate-triggers',
    queue: 'monitoring',
    attempts: 3,
    backoffSeconds: 5,
    parse: (payload) => ({ model: stringField(payload, 'model', 'evaluate-triggers') }),
  },
  'watch-rollouts': { name: 'watch-rollouts', queue: 'monitoring', attempts: 1, backoffSeconds: 5, parse: empty },
  'recover-runs': { name: 'recover-runs', queue: 'monitoring', attempts: 1, backoffSeconds: 5, parse: empty },
  notify: { name: 'notify', queue: 'monitoring', attempts: 1, backoffSeconds: 5, parse: empty },
  prune: { name: 'prune', queue: 'monitoring', attempts: 1, backoffSeconds: 60, parse: empty },
  'read-answers': { name: 'read-answers', queue: 'monitoring', attempts: 1, backoffSeconds: 5, parse: empty },
  retrain: {
    name: 'retrain',
    queue: 'training',
    attempts: 3,
    backoffSeconds: 5,
    parse: (payload) => ({ runId: stringField(payload, 'runId', 'retrain') }),
  },
  reproduce: {
    name: 'reproduce',
    queue: 'training',
    attempts: 3,
    backoffSeconds: 5,
    parse: (payload) => ({
      runId: stringField(payload, 'runId', 'reproduce'),
      actor: stringField(payload, 'actor', 'reproduce'),
    }),
  },
  'train-candidate': {
    name: 'train-candidate',
    queue: 'fitting',
    attempts: 1,
    backoffSeconds: 5,
    parse: (payload) => ({ pieceId: stringField(payload, 'pieceId', 'train-candidate') }),
  },
};
