import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  ApproveRunService,
  CancelRunService,
  RejectRunService,
  RequestReproductionService,
  TrainingRuns,
} from '@retrain/core';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { pageRequest, pageView } from '../http/paging.js';
import { BodyPipe, QueryPipe } from '../http/schema.pipe.js';
import { ModelNames } from '../model/model-names.js';
import {
  approveSchema,
  emptySchema,
  reasonSchema,
  runsQuery,
  type ApproveBody,
  type ReasonBody,
  type RunsQuery,
} from './retraining-schemas.js';
import { findRun } from './find-run.js';
import { RunDetails } from './run-details.js';
import { runView } from './run-view.js';

const run = { id: '5f1c…', model: 'premier-league', status: 'awaiting_approval', candidate_version: 2, result: {} };
const fitting = {
  stage: 'train',
  progress: 0.4,
  eta_seconds: 95,
  fits: { total: 11, done: 4, running: 2, cached: 0, failed: 0 },
};
const asApproval = new BodyPipe<ApproveBody>(approveSchema);
const withReason = new BodyPipe<ReasonBody>(reasonSchema);

/** Training runs, and a person's word on them. */
@ApiTags('runs')
@Controller('retraining/runs')
export class RunsController {
  constructor(
    private readonly runs: TrainingRuns,
    private readonly approving: ApproveRunService,
    private readonly rejecting: RejectRunService,
    private readonly cancelling: CancelRunService,
    private readonly details: RunDetails,
    private readonly reproducing: RequestReproductionService,
    private readonly names: ModelNames,
  ) {}

  @Get()
  @Documented({
    summary: 'Runs, newest first; of all models unless one is named',
    query: runsQuery,
    answer: { items: [run], next_cursor: null },
  })
  async list(@Query(new QueryPipe<RunsQuery>(runsQuery)) { model, ...page }: RunsQuery) {
    const name = model === undefined ? undefined : this.names.resolve(model);
    return pageView(await this.runs.list(name, pageRequest(page)), (one) => runView(one));
  }

  @Get(':id')
  @Documented({ summary: 'One run; while it fits, how far it is', answer: { ...run, ...fitting, status: 'running' } })
  async one(@Param('id') id: string) {
    return this.details.of(await findRun(this.runs, id));
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Documented({
    summary: 'Approve the accepted candidate; it answers once as many people have as deployment.approvals asks for',
    body: approveSchema,
    send: { reason: 'looks right', evidence_hash: 'f'.repeat(64) },
    answer: { ...run, status: 'deployed' },
  })
  async approve(@Param('id') id: string, @Body(asApproval) body: ApproveBody, @Actor() actor: string) {
    await findRun(this.runs, id);
    const { reason = 'approved', evidence_hash: evidenceHash, artifact_sha256: artifactSha256 } = body;
    await this.approving.execute({ runId: id, actor, reason, seen: { evidenceHash, artifactSha256 } });
    return this.one(id);
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Documented({
    summary: 'Turn the accepted candidate down',
    body: reasonSchema,
    send: { reason: 'not this one' },
    answer: { ...run, status: 'rejected' },
  })
  async reject(@Param('id') id: string, @Body(withReason) { reason }: ReasonBody, @Actor() actor: string) {
    await findRun(this.runs, id);
    await this.rejecting.execute({ runId: id, actor, reason: reason ?? 'rejected' });
    return this.one(id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Documented({
    summary: 'Stop a run: a queued one at once, a running one within moments',
    body: reasonSchema,
    send: { reason: 'wrong data' },
    answer: { ...run, status: 'cancelled' },
  })
  async cancel(@Param('id') id: string, @Body(withReason) { reason }: ReasonBody, @Actor() actor: string) {
    await findRun(this.runs, id);
    await this.cancelling.execute({ runId: id, actor, reason: reason ?? 'cancelled' });
    return this.one(id);
  }

  @Post(':id/reproduce')
  @HttpCode(202)
  @Documented({
    summary: 'Do the fits of a past run again; the event run.reproduced behind `after` tells what came out',
    body: emptySchema,
    answer: { run_id: '5f1c…', after: 4711 },
    status: 202,
  })
  async reproduce(@Param('id') id: string, @Actor() actor: string) {
    await findRun(this.runs, id);
    const { afterSeq } = await this.reproducing.execute(id, actor);
    return { run_id: id, after: afterSeq };
  }
}
