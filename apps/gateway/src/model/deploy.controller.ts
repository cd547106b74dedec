import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PromoteVersionService, RollbackService, rulesInWords, type Deployment } from '@retrain/core';
import type { FastifyReply } from 'fastify';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { BodyPipe } from '../http/schema.pipe.js';
import { ModelNames } from './model-names.js';
import { deploymentView } from './version-view.js';

const properties = {
  version: { type: 'integer', minimum: 1 },
  reason: { type: 'string', minLength: 1, maxLength: 500 },
  as_of: { type: 'string', format: 'instant', description: 'Day the move is decided as of (a replay of the past)' },
} as const;
const promoteSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['version'],
  properties: {
    ...properties,
    strategy: {
      type: 'string',
      enum: ['direct', 'shadow', 'canary', 'ab'],
      default: 'direct',
      description: 'direct: it answers at once; otherwise it is tried beside the champion first',
    },
  },
} as const;
const rollbackSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...properties,
    strategy: { type: 'string', enum: ['direct'], default: 'direct' },
    quarantine: {
      type: 'boolean',
      default: false,
      description: 'Also keep the version that is left from answering again, until it is released',
    },
  },
} as const;

interface MoveBody {
  readonly version?: number;
  readonly strategy?: Deployment['strategy'];
  readonly reason?: string;
  readonly as_of?: string;
  readonly quarantine?: boolean;
}

const answer = {
  message: 'Version 2 of premier-league answers now.',
  status: 'promoted',
  version: 2,
  previous_version: 1,
  deployment: {},
};

/** A person's moves of the champion. */
@ApiTags('models')
@Controller('models/:model')
export class DeployController {
  constructor(
    private readonly promoting: PromoteVersionService,
    private readonly rollingBack: RollbackService,
    private readonly names: ModelNames,
  ) {}

  @Post('promote')
  @HttpCode(200)
  @Documented({
    summary:
      'Let a version answer, or be tried beside the champion; where deployment.approvals asks for more than one person, propose it (202)',
    body: promoteSchema,
    send: { version: 2, reason: 'better on my own data' },
    answer,
  })
  async promote(
    @Param('model') name: string,
    @Body(new BodyPipe<MoveBody>(promoteSchema)) body: MoveBody,
    @Actor() actor: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const model = this.names.resolve(name);
    const { version, strategy, reason = 'promoted by hand', as_of } = body;
    const asOf = as_of === undefined ? undefined : new Date(as_of);
    const deployment = await this.promoting.execute({ model, version: version!, strategy, actor, reason, asOf });
    if (deployment.status === 'awaiting_approval') reply.status(202);
    return moved(deployment);
  }

  @Post('rollback')
  @HttpCode(200)
  @Documented({
    summary: 'Go back to the previous champion, or to a version',
    body: rollbackSchema,
    send: { reason: 'complaints' },
    answer: { ...answer, version: 1, previous_version: 2 },
  })
  async rollback(
    @Param('model') name: string,
    @Body(new BodyPipe<MoveBody>(rollbackSchema)) body: MoveBody,
    @Actor() actor: string,
  ) {
    const model = this.names.resolve(name);
    const { version, reason = 'rolled back by hand', quarantine, as_of } = body;
    const asOf = as_of === undefined ? undefined : new Date(as_of);
    return moved(await this.rollingBack.execute({ model, version, actor, reason, quarantine, asOf }));
  }
}

function moved(deployment: Deployment) {
  const { model, version, previousVersion, status } = deployment;
  return {
    message: messageOf(deployment),
    status,
    model,
    version,
    previous_version: previousVersion ?? null,
    deployment: deploymentView(deployment),
  };
}

function messageOf(deployment: Deployment): string {
  const { model, version, status, strategy } = deployment;
  if (status === 'awaiting_approval') return waiting(deployment);
  if (status === 'rolling_out') return `Version ${version} of ${model} is tried beside the champion (${strategy}).`;
  return `Version ${version} of ${model} answers now.`;
}

function waiting({ id, model, version, ...rules }: Deployment): string {
  return `Version ${version} of ${model} waits for ${rulesInWords(rules)}: deployment ${id}.`;
}
