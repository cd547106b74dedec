import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  ApproveDeploymentService,
  Deployments,
  notFound,
  RejectDeploymentService,
  type Deployment,
} from '@retrain/core';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { BodyPipe } from '../http/schema.pipe.js';
import { approveSchema, reasonSchema, type ApproveBody, type ReasonBody } from '../retraining/retraining-schemas.js';
import { deploymentView } from './version-view.js';

const asApproval = new BodyPipe<ApproveBody>(approveSchema);
const withReason = new BodyPipe<ReasonBody>(reasonSchema);
const deployment = {
  id: '7c2e…',
  version: 2,
  status: 'awaiting_approval',
  quorum: 2,
  approvals: [{ actor: 'key:ann' }],
};

/** People's words on proposals, also on those that no run has made. */
@ApiTags('models')
@Controller('models/:model/deployments/:id')
export class ApprovalController {
  constructor(
    private readonly deployments: Deployments,
    private readonly approving: ApproveDeploymentService,
    private readonly rejecting: RejectDeploymentService,
  ) {}

  @Get()
  @Documented({ summary: 'One deployment, and who has approved it', answer: deployment })
  async one(@Param('model') model: string, @Param('id') id: string) {
    const found = await this.find(model, id);
    return deploymentView(found, await this.deployments.approvals([id]));
  }

  @Post('approve')
  @HttpCode(200)
  @Documented({
    summary: 'Approve a proposal; it answers once as many people have as deployment.approvals asks for',
    body: approveSchema,
    send: { reason: 'better on my own data' },
    answer: { ...deployment, status: 'promoted' },
  })
  async approve(
    @Param('model') model: string,
    @Param('id') id: string,
    @Body(asApproval) body: ApproveBody,
    @Actor() actor: string,
  ) {
    await this.find(model, id);
    const { reason = 'approved', evidence_hash: evidenceHash, artifact_sha256: artifactSha256 } = body;
    await this.approving.execute({ deploymentId: id, actor, reason, seen: { evidenceHash, artifactSha256 } });
    return this.one(model, id);
  }

  @Post('reject')
  @HttpCode(200)
  @Documented({
    summary: 'Turn a proposal down; one no is enough',
    body: reasonSchema,
    send: { reason: 'not this one' },
    answer: { ...deployment, status: 'rejected' },
  })
  async reject(
    @Param('model') model: string,
    @Param('id') id: string,
    @Body(withReason) { reason = 'rejected' }: ReasonBody,
    @Actor() actor: string,
  ) {
    await this.find(model, id);
    await this.rejecting.execute({ deploymentId: id, actor, reason });
    return this.one(model, id);
  }

  private async find(model: string, id: string): Promise<Deployment> {
    const found = await this.deployments.find(id);
    if (found?.model !== model) throw notFound('unknown_deployment', `Model "${model}" has no deployment ${id}.`);
    return found;
  }
}
