import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Probations } from '@retrain/core';
import { Documented } from '../http/documented.js';
import { pageQuery, pageRequest, pageView, type PageQuery } from '../http/paging.js';
import { QueryPipe } from '../http/schema.pipe.js';
import { ModelNames } from './model-names.js';
import { probationView } from './probation-view.js';

const answer = {
  version: 2,
  previous_version: 1,
  status: 'watching',
  outcomes: 37,
  needed: 200,
  reason: '37 of 200 outcomes. …',
  evidence: {},
};

/** What became of new champions after their promotion. */
@ApiTags('models')
@Controller('models/:model/probations')
export class ProbationController {
  constructor(
    private readonly probations: Probations,
    private readonly names: ModelNames,
  ) {}

  @Get()
  @Documented({
    summary: 'Probations of new champions with their evidence, newest first',
    query: pageQuery,
    answer: { items: [answer], next_cursor: null },
  })
  async list(@Param('model') name: string, @Query(new QueryPipe<PageQuery>(pageQuery)) query: PageQuery) {
    return pageView(await this.probations.list(this.names.resolve(name), pageRequest(query)), probationView);
  }
}
