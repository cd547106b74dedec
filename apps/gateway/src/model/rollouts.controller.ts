import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  AbortRolloutService,
  armTotals,
  Clock,
  CollectEvidence,
  latencyQuantile,
  notFound,
  Rollouts,
  type ArmTotals,
  type Rollout,
  type RolloutArm,
} from '@retrain/core';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { pageQuery, pageRequest, pageView, type PageQuery } from '../http/paging.js';
import { BodyPipe, QueryPipe } from '../http/schema.pipe.js';
import { reasonSchema, type ReasonBody } from '../retraining/retraining-schemas.js';
import { ModelNames } from './model-names.js';
import { lookView, rolloutView, seriesView } from './rollout-view.js';

const rollout = {
  ...{ id: '5f1c…', strategy: 'canary', champion: 1, challenger: 2, status: 'running', step: 1, share: 0.25 },
  ...{ started_by: 'system', reason: 'Accepted by every gate; tried beside the champion automatically.' },
};
const look = { number: 3, verdict: 'continue', code: 'undecided', reason: '…', outcomes: 120, evidence: {} };
/** Newest looks that are shown with a rollout. */
const LOOKS = 100;

/** Challengers that are tried beside the champion. */
@ApiTags('models')
@Controller('models/:model/rollouts')
export class RolloutsController {
  constructor(
    private readonly rollouts: Rollouts,
    private readonly evidence: CollectEvidence,
    private readonly aborting: AbortRolloutService,
    private readonly names: ModelNames,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Documented({
    summary: 'Rollouts, newest first',
    query: pageQuery,
    answer: { items: [rollout], next_cursor: null },
  })
  async list(@Param('model') name: string, @Query(new QueryPipe<PageQuery>(pageQuery)) query: PageQuery) {
    return pageView(await this.rollouts.list(this.names.resolve(name), pageRequest(query)), rolloutView);
  }

  @Get(':id')
  @Documented({
    summary: 'One rollout: its looks, the evidence after each outcome for charts, what each version did with requests',
    answer: {
      ...rollout,
      looks: [look],
      series: [{ n: 120, mean_difference: 0.01, log_e_better: 1.2, log_e_worse: -2.1 }],
      arms: { champion: { requests: 900, errors: 0 }, challenger: { requests: 900, errors: 0 } },
    },
  })
  async one(@Param('model') name: string, @Param('id') id: string) {
    const found = await this.find(name, id);
    const [looks, evidence, tallies] = await Promise.all([
      this.rollouts.looks(id, { limit: LOOKS }),
      this.evidence.execute(found, found.endedAsOf ?? this.clock.now()),
      this.rollouts.tallies(id),
    ]);
    const arm = (which: RolloutArm) => armView(armTotals(tallies, which));
    return {
      ...rolloutView(found),
      looks: looks.items.map(lookView),
      series: seriesView(evidence, found),
      splits: evidence.splits,
      arms: { champion: arm('champion'), challenger: arm('challenger') },
    };
  }

  @Post(':id/abort')
  @HttpCode(200)
  @Documented({
    summary: 'End a rollout: the champion answers everybody again',
    body: reasonSchema,
    send: { reason: 'complaints' },
    answer: { ...rollout, status: 'aborted' },
  })
  async abort(
    @Param('model') name: string,
    @Param('id') id: string,
    @Body(new BodyPipe<ReasonBody>(reasonSchema)) { reason = 'aborted by hand' }: ReasonBody,
    @Actor() actor: string,
  ) {
    await this.find(name, id);
    return rolloutView(await this.aborting.execute({ rolloutId: id, actor, reason }));
  }

  private async find(name: string, id: string): Promise<Rollout> {
    const model = this.names.resolve(name);
    const found = await this.rollouts.find(id);
    if (found?.model !== model) throw notFound('unknown_rollout', `Model "${model}" has no rollout "${id}".`);
    return found;
  }
}

function armView({ requests, errors, dropped, latencies }: ArmTotals) {
  const within = (share: number) => latencyQuantile(latencies, share) ?? null;
  return { requests, errors, dropped, p50_ms: within(0.5), p95_ms: within(0.95) };
}
