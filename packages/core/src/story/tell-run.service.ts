import { Deployments } from '../deployment/deployments.port.js';
import { EventLog } from '../event/event-log.port.js';
import { Models } from '../model/models.port.js';
import { eventTypes } from '../notification/notice.js';
import { TrainingPieces } from '../piece/training-pieces.port.js';
import type { TrainingRun } from '../run/training-run.js';
import { Service } from '../shared/service.js';
import type { Firing, RunStory, VersionStory } from './run-story.js';
import { TellVersionService } from './tell-version.service.js';

/** Told at most; a run has a few dozen. */
const EVENTS = 500;
/** Firings that only met the run are as many as monitors check. */
const lifeTypes = eventTypes.filter((type) => type !== 'trigger.fired');
/** Of a run that made no version. */
const nothing: VersionStory = { deployments: [], moves: [], probations: [] };

/** Puts the story of a run together from the rows, none of which it changes: a dozen look-ups by key, no evidence counted anew. */
@Service()
export class TellRunService {
  constructor(
    private readonly events: EventLog,
    private readonly pieces: TrainingPieces,
    private readonly models: Models,
    private readonly deployments: Deployments,
    private readonly versions: TellVersionService,
  ) {}

  async execute(run: TrainingRun): Promise<RunStory> {
    const [firing, events, pieces, version, proposed] = await Promise.all([
      this.firing(run),
      this.events.after(0, EVENTS, { runId: run.id, types: lifeTypes }),
      this.pieces.ofRun(run.id),
      this.models.versionOfRun(run.id),
      this.deployments.ofRun(run.id),
    ]);
    const became = version ? await this.versions.execute(version, proposed) : nothing;
    return { ...became, run, firing, events, pieces };
  }

  /** The first firing of the run asked for it, unless a person did; later ones only met it. */
  private async firing({ id: runId, triggers }: TrainingRun): Promise<Firing | undefined> {
    const [first] = await this.events.after(0, 1, { runId, types: ['trigger.fired'] });
    if (first?.type !== 'trigger.fired') return undefined;
    return first.payload.triggers.join() === triggers.join() ? first : undefined;
  }
}
