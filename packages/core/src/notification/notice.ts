import { eventAliases, type EventMap, type EventType, type LoggedEvent } from '../event/event-map.js';
import type { JsonObject } from '../shared/json.js';
import { count, percent } from '../shared/words.js';
import type { Notice } from './notifier-definition.js';

/** One line for people per event, without the model's name. */
const titles: { readonly [T in EventType]: (payload: EventMap[T]) => string } = {
  'model.registered': () => 'registered',
  'monitoring.started': () => 'monitoring started',
  'monitoring.stopped': () => 'monitoring stopped',
  'config.changed': ({ revision, source, changes }) =>
    `configuration revision ${revision} from the ${source}: ${Object.keys(changes).join(', ')}`,
  'config.rejected': ({ source, issues }) => `an edit of ${source} was refused: ${count(issues.length, 'problem')}`,
  'prediction.outcome_corrected': ({ predictionId, from, to }) =>
    `the outcome of prediction ${predictionId} was corrected from ${from} to ${to}`,
  'trigger.fired': ({ triggers }) => `triggers fired: ${triggers.join(', ')}`,
  'run.requested': ({ reason, forced }) => `retraining requested (${reason}${forced ? ', forced' : ''})`,
  'run.started': ({ attempt }) => `retraining started, attempt ${attempt}`,
  'run.stage_completed': ({ stage }) => `stage ${stage} completed`,
  'run.retried': ({ attempt, notBefore, message }) => `attempt ${attempt} failed, next at ${notBefore}: ${message}`,
  'run.awaiting_approval': ({ version }) => `version ${version} waits for approval`,
  'run.rolling_out': ({ version }) => `version ${version} is being tried beside the champion`,
  'run.completed': ({ status }) => `retraining ended: ${status}`,
  'run.failed': ({ stage, message }) => `retraining failed${stage ? ` in stage ${stage}` : ''}: ${message}`,
  'run.cancelled': ({ by, reason }) => `retraining cancelled by ${by}: ${reason}`,
  'run.attempt_refused': ({ attempt, stage }) =>
    `attempt ${attempt} came back${stage ? ` in stage ${stage}` : ''} after its run was lost, and was refused`,
  'run.recovered': ({ from }) => `a run was taken over from an attempt that is gone (${from})`,
  'circuit.opened': ({ until, reason }) => `no more retrainings before ${until}, except by force: ${reason}`,
  'circuit.closed': ({ by, reason }) => `retrainings may be asked for again (${by}): ${reason}`,
  'run.reproduced': ({ identical, problem }) =>
    identical
      ? 'a past run was reproduced bit for bit'
      : `a past run was not reproduced${problem ? `: ${problem}` : ''}`,
  'candidate.created': ({ version }) => `candidate version ${version} was fitted`,
  'candidate.accepted': ({ version }) => `candidate version ${version} passed every gate`,
  'candidate.rejected': ({ version }) => `candidate version ${version} was rejected by its gates`,
  'probation.started': ({ version, previousVersion, outcomes }) =>
    `version ${version} is on probation for ${outcomes} outcomes; alarms go back to version ${previousVersion}`,
  'probation.ended': ({ version, status, reason }) =>
    `the probation of version ${version} ended, ${status.replace('_', ' ')}: ${reason}`,
  'version.quarantined': ({ version, reason }) => `version ${version} was quarantined: ${reason}`,
  'version.released': ({ version, reason }) => `version ${version} was released from quarantine: ${reason}`,
  'version.deleted': ({ version, reason }) => `version ${version} was deleted: ${reason}`,
  'artifacts.removed': ({ files, bytes }) =>
    `${count(files, 'artifact')} that nothing refers to were removed (${bytes} bytes)`,
  'version.registered': ({ version }) => `version ${version} was registered`,
  'deployment.proposed': ({ version }) => `deployment of version ${version} proposed`,
  'approval.given': ({ version, by, reason, given, required }) =>
    `version ${version} approved by ${by} (${given} of ${required}): ${reason}`,
  'deployment.approved': ({ version, by, reason }) => `version ${version} approved by ${by}: ${reason}`,
  'deployment.rejected': ({ version, by, reason }) => `version ${version} rejected by ${by}: ${reason}`,
  'deployment.expired': ({ version }) => `nobody approved version ${version} in time`,
  'deployment.superseded': ({ version }) => `version ${version} was superseded by a newer candidate`,
  'deployment.promoted': ({ version, previousVersion }) =>
    `version ${version} is champion${previousVersion === undefined ? '' : ` instead of ${previousVersion}`}`,
  'deployment.rolled_back': ({ version, previousVersion, reason }) =>
    `rolled back from version ${previousVersion} to ${version}: ${reason}`,
  'rollout.started': ({ version, champion, strategy, share }) =>
    `rollout of version ${version} beside ${champion} started: ${strategy}, ${percent(share)}`,
  'rollout.advanced': ({ version, share, outcomes }) =>
    `version ${version} answers ${percent(share)} after ${count(outcomes, 'outcome')}`,
  'rollout.promoted': ({ version, reason }) => `rollout of version ${version} ended in its promotion: ${reason}`,
  'rollout.rolled_back': ({ version, reason }) => `rollout of version ${version} was rolled back: ${reason}`,
  'rollout.undecided': ({ version, reason }) => `rollout of version ${version} ended undecided: ${reason}`,
  'rollout.aborted': ({ version, reason }) => `rollout of version ${version} was aborted: ${reason}`,
  'rollout.superseded': ({ version, reason }) => `rollout of version ${version} was superseded: ${reason}`,
  'registry.tampered': ({ problem, restored }) =>
    `rows of the registry were edited${restored ? ' and put right' : ''}: ${problem}`,
  'champion.unreadable': ({ version, message }) => `champion version ${version} cannot be read: ${message}`,
};

/** Every event type. */
export const eventTypes = Object.keys(titles) as readonly EventType[];

/** The message that tells of an event. */
export function noticeOf(event: LoggedEvent): Notice {
  const title = (titles[event.type] as (payload: unknown) => string)(event.payload);
  const alias = eventAliases[event.type];
  return {
    seq: event.seq,
    type: event.type,
    ...(alias === undefined ? {} : { alias }),
    ...(event.model === undefined ? {} : { model: event.model }),
    ...(event.runId === undefined ? {} : { runId: event.runId }),
    actor: event.actor,
    at: event.recordedAt.toISOString(),
    title: event.model === undefined ? title : `${event.model}: ${title}`,
    payload: wireNames(event.payload as JsonObject),
  };
}

/** The names of a payload's fields as JSON writes them; what is inside them stays. */
function wireNames(payload: JsonObject): JsonObject {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [snake(name), value]));
}
