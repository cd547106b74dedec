import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  ApproveRunService,
  CancelRunService,
  Deployments,
  notFound,
  RejectRunService,
  RunProgressService,
  RequestReproductionService,
  reportHtml,
  reportMarkdown,
  TrainingRuns,
  type TrainingRun,
} from '@retrain/core';
import type { FastifyReply } from 'fastify';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { pageRequest, pageView } from '../http/paging.js';
import { BodyPipe, QueryPipe } from '../http/schema.pipe.js';
import { ModelNames } from '../model/model-names.js';
import { deploymentView } from '../model/version-view.js';
import { preferred } from '../http/accept.js';
import {
  approveSchema,
  emptySchema,
  reasonSchema,
  runsQuery,
  type ApproveBody,
  type ReasonBody,
  type RunsQuery,
} from './retraining-schemas.js';
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
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Training runs, and a person's word on them. */
@ApiTags('runs')
@Controller('retraining/runs')
export class RunsController {
  constructor(
    private readonly runs: TrainingRuns,
    private readonly deployments: Deployments,
    private readonly approving: ApproveRunService,
    private readonly rejecting: RejectRunService,
    private readonly cancelling: CancelRunService,
    private readonly progress: RunProgressService,
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
    return this.viewOf(await this.find(id));
  }

  @Get(':id/report')
  @Documented({
    summary: 'The report of a run, as JSON, Markdown or HTML by Accept',
    answer: { ...run, data_stats: {}, validation_results: {}, gates: [] },
  })
  async report(
    @Param('id') id: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const found = await this.find(id);
    reply.header('vary', 'accept');
    switch (preferred(accept, ['application/json', 'text/markdown', 'text/html'])) {
      case 'application/json':
        return this.viewOf(found);
      case 'text/markdown':
        reply.type('text/markdown; charset=utf-8');
        return reportMarkdown(found);
      case 'text/html':
        reply.type('text/html; charset=utf-8');
        return reportHtml(found);
    }
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
    await this.find(id);
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
    await this.find(id);
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
    await this.find(id);
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
    await this.find(id);
    const { afterSeq } = await this.reproducing.execute(id, actor);
    return { run_id: id, after: afterSeq };
  }

  private async find(id: string): Promise<TrainingRun> {
    const found = uuid.test(id) ? await this.runs.find(id) : undefined;
    if (!found) throw notFound('unknown_run', `There is no run "${id}".`);
    return found;
  }

  private async viewOf(found: TrainingRun) {
    const deployment = await this.deployments.ofRun(found.id);
    if (!deployment) return { ...runView(found, await this.progress.execute(found)), deployment: null };
    const approvals = await this.deployments.approvals([deployment.id]);
    return { ...runView(found), deployment: deploymentView(deployment, approvals) };
  }
}
