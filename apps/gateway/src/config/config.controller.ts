import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ConfigStore, type ConfigRevision } from '@retrain/core';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { pageQuery, pageRequest, pageView, type PageQuery } from '../http/paging.js';
import { BodyPipe, QueryPipe } from '../http/schema.pipe.js';
import { ModelNames } from '../model/model-names.js';
import { modelQuery, type ModelQuery } from '../model/model-query.js';
import { ShownConfig } from './shown-config.js';

const patchSchema = { type: 'object', minProperties: 1 } as const;
type Patch = Readonly<Record<string, unknown>>;

/** The configuration in force, and changes of it. */
@ApiTags('configuration')
@Controller('retraining/config')
export class ConfigController {
  constructor(
    private readonly store: ConfigStore,
    private readonly shown: ShownConfig,
    private readonly names: ModelNames,
  ) {}

  @Get()
  @Documented({
    summary: 'The configuration in force; secrets masked',
    query: modelQuery,
    answer: { config: { drift_threshold: 0.1 }, revision: 3, sources: { drift_threshold: 'file' } },
  })
  current(@Query(new QueryPipe<ModelQuery>(modelQuery)) query: ModelQuery) {
    const { revision, sources } = this.store.current();
    const model = this.names.resolve(query.model);
    return { model, config: this.shown.of(model), revision, sources };
  }

  @Post()
  @HttpCode(200)
  @Documented({
    summary:
      'Change any subset of keys, of the installation or of the model named; all of it is valid, or nothing changes',
    query: modelQuery,
    body: patchSchema,
    send: { drift_threshold: 0.2 },
    answer: { message: 'Configuration updated', updated_config: { drift_threshold: 0.2 }, revision: 4 },
  })
  async update(
    @Query(new QueryPipe<ModelQuery>(modelQuery)) query: ModelQuery,
    @Body(new BodyPipe<Patch>(patchSchema)) patch: Patch,
    @Actor() actor: string,
  ) {
    const model = this.names.resolve(query.model);
    const { revision, sources } = await this.store.update(
      query.model === undefined ? patch : { models: { [model]: patch } },
      actor,
    );
    return { message: 'Configuration updated', updated_config: this.shown.of(model), revision, sources };
  }

  @Get('revisions')
  @Documented({
    summary: 'Every change of the configuration, newest first',
    query: pageQuery,
    answer: { items: [{ revision: 4, actor: 'api', changes: { drift_threshold: { from: 0.1, to: 0.2 } } }] },
  })
  async revisions(@Query(new QueryPipe<PageQuery>(pageQuery)) query: PageQuery) {
    return pageView(await this.store.revisions(pageRequest(query)), revisionView);
  }
}

function revisionView({ revision, actor, source, changedAt, changes }: ConfigRevision) {
  return { revision, actor, source, changed_at: changedAt.toISOString(), changes };
}
