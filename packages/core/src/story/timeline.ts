import { rulesInWords } from '../deployment/approval.js';
import type { LoggedEvent } from '../event/event-map.js';
import { count, percent } from '../shared/words.js';
import type { RunStory, ToldDeployment } from './run-story.js';

/** What an entry is about: the chapters of a story in their order. */
export type Chapter =
  'trigger' | 'request' | 'run' | 'gates' | 'approval' | 'rollout' | 'alias' | 'probation' | 'quarantine' | 'end';

/** One thing that happened. */
export interface TimelineEntry {
  /** Wall clock. */
  readonly at: Date;
  readonly chapter: Chapter;
  /** Who did it: `system`, `api`, `key:<name>`. */
  readonly who: string;
  /** One sentence. */
  readonly told: string;
}

/** The story in the order in which it happened. */
export function timelineOf(story: RunStory): readonly TimelineEntry[] {
  const entries = [
    ...asked(story),
    ...story.events.flatMap(ofEvent),
    ...story.deployments.flatMap(ofDeployment),
    ...moved(story),
    ...watched(story),
    ...locked(story),
  ];
  // Sorting is stable: what happened in one instant stays in the order of the chapters above.
  return entries.sort((a, b) => a.at.getTime() - b.at.getTime());
}

function asked({ run, firing }: RunStory): TimelineEntry[] {
  const request = `Retraining requested${run.forced ? ' (forced)' : ''}: ${run.reason}`;
  return [
    // Written in the same unit of work, after the request.
    ...(firing
      ? [entry(run.requestedAt, 'trigger', firing.actor, `Fired: ${firing.payload.triggers.join(', ')}.`)]
      : []),
    entry(run.requestedAt, 'request', run.requestedBy, request),
  ];
}

function ofEvent(event: LoggedEvent): TimelineEntry[] {
  const { recordedAt: at, actor } = event;
  const told = (chapter: Chapter, text: string) => [entry(at, chapter, actor, text)];
  switch (event.type) {
    case 'run.started':
      return told('run', `A trainer took the run: attempt ${event.payload.attempt}.`);
    case 'run.stage_completed':
      return told('run', `Stage ${event.payload.stage} completed.`);
    case 'run.retried':
      return told('run', `To be tried again from ${event.payload.notBefore}: ${event.payload.message}`);
    case 'run.recovered':
      return told('run', `Taken back from a trainer that was not heard of any more (${event.payload.from}).`);
    case 'run.attempt_refused':
      return told('run', `A trainer that was presumed dead came back with attempt ${event.payload.attempt}; refused.`);
    case 'candidate.created':
      return told('run', `Version ${event.payload.version} is the candidate.`);
    case 'candidate.accepted':
      return told('gates', `Version ${event.payload.version} passed every gate.`);
    case 'candidate.rejected':
      return told('gates', `Version ${event.payload.version} was refused by its gates.`);
    case 'rollout.advanced':
      return told(
        'rollout',
        `Step ${event.payload.step + 1}: ${percent(event.payload.share, 0)} of the callers, after ${count(event.payload.outcomes, 'outcome')}.`,
      );
    case 'run.reproduced':
      return told('run', event.payload.identical ? 'Reproduced bit for bit.' : 'Could not be reproduced bit for bit.');
    case 'run.completed':
      return told('end', `The run ended: ${event.payload.status}.`);
    case 'run.failed':
      return told('end', `The run failed: ${event.payload.message}`);
    case 'run.cancelled':
      return told('end', `The run was cancelled by ${event.payload.by}: ${event.payload.reason}`);
    default:
      return [];
  }
}

function ofDeployment({ deployment, approvals, rollout }: ToldDeployment): TimelineEntry[] {
  const { kind, version, requestedBy, createdAt, decidedAt, decidedBy, decisionReason, status } = deployment;
  const about = kind === 'rollback' ? `Roll-back to version ${version}` : `Version ${version}`;
  const waited = status === 'awaiting_approval' || approvals.length > 0 || deployment.expiresAt !== undefined;
  return [
    ...(waited ? [entry(createdAt, 'approval', requestedBy, `${about} waits for ${rulesInWords(deployment)}.`)] : []),
    ...approvals.map(({ at, actor, reason }) => entry(at, 'approval', actor, `Approved version ${version}: ${reason}`)),
    ...(rollout
      ? [
          entry(
            rollout.startedAt,
            'rollout',
            rollout.startedBy,
            `Tried beside version ${rollout.champion}: ${rollout.strategy}.`,
          ),
        ]
      : []),
    ...(rollout?.endedAt
      ? [
          entry(
            rollout.endedAt,
            'rollout',
            rollout.endedBy ?? 'system',
            `Rollout ${words(rollout.status)}: ${rollout.endReason ?? ''}`,
          ),
        ]
      : []),
    ...(decidedAt && !rollout
      ? [entry(decidedAt, 'approval', decidedBy ?? 'system', `${about} ${words(status)}: ${decisionReason ?? ''}`)]
      : []),
  ];
}

function moved({ moves }: RunStory): TimelineEntry[] {
  return moves.map(({ movedAt, alias, version, previousVersion, actor, reason }) => {
    const from = previousVersion === undefined ? '' : ` from version ${previousVersion}`;
    return entry(movedAt, 'alias', actor, `The ${alias} moved${from} to version ${version}: ${reason}`);
  });
}

function watched({ probations }: RunStory): TimelineEntry[] {
  return probations.flatMap(({ startedAt, checkedAt, status, version, previousVersion, rules, reason }) => [
    entry(
      startedAt,
      'probation',
      'system',
      `Version ${version} is on probation: ${count(rules.outcomes, 'outcome')} or ${count(rules.days, 'day')}; version ${previousVersion} stays ready.`,
    ),
    ...(status !== 'watching' && checkedAt
      ? // A replay judges as of past days.
        [
          entry(
            checkedAt < startedAt ? startedAt : checkedAt,
            'probation',
            'system',
            `Probation ${words(status)}: ${reason}`,
          ),
        ]
      : []),
  ]);
}

function locked({ quarantine, version }: RunStory): TimelineEntry[] {
  const { at, by, reason, release } = quarantine ?? {};
  return [
    ...(at && by ? [entry(at, 'quarantine', by, `Version ${quarantine!.version} quarantined: ${reason}`)] : []),
    ...(release
      ? [entry(release.at, 'quarantine', release.by, `Version ${quarantine!.version} released: ${release.reason}`)]
      : []),
    ...(version?.deletedAt
      ? [entry(version.deletedAt, 'end', version.deletedBy ?? 'system', `Version ${version.version} deleted.`)]
      : []),
  ];
}

const entry = (at: Date, chapter: Chapter, who: string, told: string): TimelineEntry => ({ at, chapter, who, told });

const words = (status: string): string => status.replaceAll('_', ' ');
