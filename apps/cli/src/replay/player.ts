import type { ClassificationTask } from '@retrain/core';
import { Refused, withQuery, type ApiClient } from '../http/api-client.js';
import { CommandFailed, exitCode } from '../exit-code.js';
import type { CheckAnswer } from '../command/trigger.js';
import type { RunView } from '../command/runs.js';
import type { Fixture, MatchDay, Round } from './fixtures.js';
import type { Scored } from './tally.js';

interface PredictionAnswer {
  readonly prediction_id: string;
  readonly scores: readonly number[];
}

/** How a run of the replay ended. */
export interface PlayedRun {
  readonly run_id: string;
  readonly as_of: string;
  readonly triggers: readonly string[];
  readonly status: string;
  readonly version: number | null;
  readonly approved: boolean;
  readonly seconds: number;
}

export interface PlayerOptions {
  readonly model: string;
  readonly task: ClassificationTask;
  /** Approve accepted candidates that wait for a person. */
  readonly approve: boolean;
  /** Fields of the input that are not sent. */
  readonly omit: readonly string[];
}

const pollMs = 150;
const runTimeoutMs = 600_000;
const settled = new Set(['awaiting_approval', 'rolling_out', 'deployed', 'rejected', 'failed', 'cancelled']);

/** Plays rounds through the running system: predict, tell the results, check the triggers, wait for the run. */
export class Player {
  readonly scored: Scored[] = [];
  readonly runs: PlayedRun[] = [];
  readonly verdicts: Record<string, Record<string, number>> = {};
  /** Why the model refused to predict, one sentence a match. */
  readonly refused: string[] = [];
  outcomes = 0;

  constructor(
    private readonly api: ApiClient,
    private readonly options: PlayerOptions,
  ) {}

  async play(round: Round): Promise<void> {
    for (const day of round.days) await this.playDay(day);
    const check = await this.api.post<CheckAnswer>(this.scoped('/retraining/check'), {
      as_of: round.checkAt.toISOString(),
    });
    for (const { trigger, verdict } of check.verdicts) {
      const counts = (this.verdicts[trigger] ??= {});
      counts[verdict] = (counts[verdict] ?? 0) + 1;
    }
    if (check.decision === 'run_requested' && check.run_id) await this.followRun(check.run_id, round.checkAt);
  }

  /** Brings the runs whose candidates were being tried up to date. */
  async lookAgain(): Promise<void> {
    for (const [index, run] of this.runs.entries()) {
      if (run.status !== 'rolling_out') continue;
      const { status } = await this.api.get<RunView>(`/retraining/runs/${run.run_id}`);
      this.runs[index] = { ...run, status };
    }
  }

  private async playDay(day: MatchDay): Promise<void> {
    const answers = await this.ask(day.fixtures);
    const outcomes = day.fixtures.map((fixture, index) => {
      const answer = answers[index];
      if (answer) {
        const outcome = this.task.classes.indexOf(String(fixture.outcome));
        this.scored.push({ at: day.at, probabilities: answer.scores, outcome });
      }
      return {
        ...(answer ? { prediction_id: answer.prediction_id } : { key: fixture.key }),
        outcome: fixture.outcome,
        observed_at: new Date(day.at.getTime() + 86_399_000).toISOString(),
        record: fixture.row,
      };
    });
    const { results } = await this.api.post<{ results: readonly { status: string; reason?: string }[] }>(
      `/models/${this.model}/outcomes`,
      { outcomes },
    );
    const refused = results.find(({ status }) => status !== 'recorded');
    if (refused) {
      throw new CommandFailed(
        exitCode.failed,
        `An outcome of ${day.at.toISOString().slice(0, 10)} was not recorded: ${refused.status} ${refused.reason ?? ''}`,
      );
    }
    this.outcomes += outcomes.length;
  }

  /** Answers in the order of the fixtures; undefined where the model refuses one (a club it has never seen play). */
  private async ask(fixtures: readonly Fixture[]): Promise<readonly (PredictionAnswer | undefined)[]> {
    const instances = fixtures.map(({ key, input, occurredAt }) => ({
      key,
      input: Object.fromEntries(Object.entries(input).filter(([field]) => !this.options.omit.includes(field))),
      occurred_at: occurredAt.toISOString(),
    }));
    try {
      const path = `/models/${this.model}/predictions`;
      return (await this.api.post<{ predictions: readonly PredictionAnswer[] }>(path, { instances })).predictions;
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 422) throw error;
      if (fixtures.length === 1) {
        this.refused.push(error.message);
        return [undefined];
      }
      const answers: (PredictionAnswer | undefined)[] = [];
      for (const fixture of fixtures) answers.push(...(await this.ask([fixture])));
      return answers;
    }
  }

  private async followRun(runId: string, asOf: Date): Promise<void> {
    const began = Date.now();
    let run = await this.settledRun(runId);
    const waits = run.status === 'awaiting_approval';
    if (waits && this.options.approve) {
      await this.api.post(`/retraining/runs/${runId}/approve`, { reason: 'approved by the replay' });
      run = await this.settledRun(runId, 'awaiting_approval');
    }
    if (run.status === 'deployed') await this.championIs(run.candidate_version!);
    this.runs.push({
      run_id: runId,
      as_of: asOf.toISOString(),
      triggers: run.triggers,
      status: run.status,
      version: run.candidate_version ?? null,
      approved: waits && this.options.approve,
      seconds: (Date.now() - began) / 1000,
    });
  }

  /** Waits until the run has left its moving states (and `other`, if given). */
  private async settledRun(runId: string, other?: string): Promise<RunView> {
    return this.until(`run ${runId} to end`, async () => {
      const run = await this.api.get<RunView>(`/retraining/runs/${runId}`);
      return settled.has(run.status) && run.status !== other ? run : undefined;
    });
  }

  /** Waits until the gateway serves the version that has just been promoted. */
  private async championIs(version: number): Promise<void> {
    await this.until(`version ${version} to serve`, async () => {
      const info = await this.api.get<{ model_version: number }>(this.scoped('/model/info'));
      return info.model_version >= version ? info : undefined;
    });
  }

  private async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + runTimeoutMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new CommandFailed(exitCode.failed, `Waited ten minutes for ${what}.`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  get task(): ClassificationTask {
    return this.options.task;
  }

  private get model(): string {
    return encodeURIComponent(this.options.model);
  }

  private scoped(path: string): string {
    return withQuery(path, { model: this.options.model });
  }
}
