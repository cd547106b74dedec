import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChampionHolder, LiveState, notFound, unavailable, type LoadedVersion } from '@retrain/core';
import { Documented } from '../http/documented.js';
import { QueryPipe } from '../http/schema.pipe.js';
import { ModelNames } from './model-names.js';
import { modelQuery, type ModelQuery } from './model-query.js';
import { versionView } from './version-view.js';

/** What the loaded champion says of itself. */
@ApiTags('models')
@Controller()
export class ModelInfoController {
  constructor(
    private readonly champions: ChampionHolder,
    private readonly states: LiveState,
    private readonly names: ModelNames,
  ) {}

  @Get('model/info')
  @Documented({
    summary: 'The champion in memory: features, classes, lineage, what its state knows',
    query: modelQuery,
    answer: { model: 'premier-league', model_version: 2, classes: ['H', 'D', 'A'], trained_until: '2016-08-01' },
  })
  info(@Query(new QueryPipe<ModelQuery>(modelQuery)) query: ModelQuery) {
    const model = this.names.resolve(query.model);
    const { version, definition } = this.champion(model);
    const { artifact, evaluation, lineage, run_id, created_at } = versionView(version);
    const { records, newest, problem } = this.states.status(model);
    const { task, schema } = definition;
    return {
      model,
      definition: definition.name,
      description: definition.description,
      model_version: version.version,
      arm: 'champion',
      task: task.kind,
      classes: task.kind === 'classification' ? task.classes : null,
      features: schema.features,
      artifact,
      evaluation,
      lineage,
      trained_until: lineage.trained_until,
      training_rows: lineage.training_rows,
      run_id,
      created_at,
      state: {
        records: records ?? 0,
        last_record_at: newest?.toISOString() ?? null,
        problem: problem ?? null,
        ...(records === undefined ? {} : this.states.of(model).describe()),
      },
    };
  }

  @Get('teams')
  @Documented({
    summary: 'Teams that the model knows',
    query: modelQuery,
    answer: { model: 'premier-league', teams: ['Arsenal', 'Chelsea'], count: 2 },
  })
  teams(@Query(new QueryPipe<ModelQuery>(modelQuery)) query: ModelQuery) {
    const model = this.names.resolve(query.model);
    this.champion(model);
    const { teams, ...more } = this.states.of(model).describe();
    if (!Array.isArray(teams)) throw notFound('no_teams', `Model "${model}" knows no teams. See /model/info.`);
    return { model, teams, count: teams.length, ...more };
  }

  private champion(model: string): LoadedVersion {
    const champion = this.champions.current(model);
    if (!champion)
      throw unavailable('no_champion', `Model "${model}" has no champion in memory yet. See /health/ready.`);
    return champion;
  }
}
