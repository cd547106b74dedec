import type { LoggedEvent } from '../event/event-map.js';
import type { JsonObject } from '../shared/json.js';
import { runStages, type RunStage, type TrainingRun } from '../run/training-run.js';

/** How one stage of a run went. */
export interface StageAccount {
  readonly stage: RunStage;
  /** `ahead` nobody has begun it · `under_way` · `completed` · `ended` the run ended in it. */
  readonly state: 'ahead' | 'under_way' | 'completed' | 'ended';
  /** When the stage before was completed, or the first attempt of the run began. */
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  /** Deliveries of the run that worked on it. */
  readonly attempts: number;
  /** A few figures. */
  readonly summary?: JsonObject;
}

/** The stages of a run in their order, by its events (first to last). */
export function stagesOf(run: TrainingRun, events: readonly LoggedEvent[]): readonly StageAccount[] {
  const accounts: StageAccount[] = [];
  let startedAt: Date | undefined;
  let attempts = 0;
  for (const { type, payload, recordedAt } of events) {
    if (type === 'run.started') {
      startedAt ??= recordedAt;
      attempts++;
    }
    if (type !== 'run.stage_completed') continue;
    const { stage, summary } = payload;
    if (!isStage(stage)) continue;
    const worked = { startedAt, finishedAt: recordedAt, attempts: Math.max(1, attempts) };
    accounts.push({ stage, state: 'completed', ...worked, summary });
    startedAt = recordedAt;
    attempts = 0;
  }
  const left = runStages.filter((stage) => !accounts.some((account) => account.stage === stage));
  return [...accounts, ...left.map((stage) => unfinished(run, stage, startedAt, attempts))];
}

function unfinished(run: TrainingRun, stage: RunStage, startedAt: Date | undefined, attempts: number): StageAccount {
  if (stage !== run.stage) return { stage, state: 'ahead', attempts: 0 };
  const over = run.status !== 'queued' && run.status !== 'running';
  const finishedAt = over ? run.finishedAt : undefined;
  return { stage, state: over ? 'ended' : 'under_way', startedAt, finishedAt, attempts: Math.max(1, attempts) };
}

const isStage = (text: string): text is RunStage => (runStages as readonly string[]).includes(text);
