import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CircuitBreaker,
  Clock,
  Deployments,
  invalid,
  Models,
  notFound,
  Quarantines,
  VersionUse,
  type ModelVersion,
} from '@retrain/core';
import { Documented } from '../http/documented.js';
import { pageQuery, pageRequest, pageView, type PageQuery } from '../http/paging.js';
import { QueryPipe } from '../http/schema.pipe.js';
import { circuitView } from './circuit-view.js';
import { findVersion } from './find-version.js';
import { ModelNames } from './model-names.js';
import { deploymentView, modelView, moveView, versionView } from './version-view.js';

const atQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    time: { type: 'string', format: 'instant', description: 'By the clock on the wall' },
    as_of: { type: 'string', format: 'instant', description: 'By the day it was decided as of (a replay of the past)' },
  },
} as const;

interface AtQuery {
  readonly time?: string;
  readonly as_of?: string;
}

const version = { version: 2, run_id: '5f1c…', artifact: { sha256: '9e10…' }, evaluation: { rows: 380, metrics: {} } };

/** The registry: models, their versions, and who served when. */
@ApiTags('models')
@Controller('models')
export class ModelsController {
  constructor(
    private readonly models: Models,
    private readonly deployments: Deployments,
    private readonly breaker: CircuitBreaker,
    private readonly quarantines: Quarantines,
    private readonly uses: VersionUse,
    private readonly names: ModelNames,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Documented({
    summary: 'All models; the default one first',
    answer: { items: [{ name: 'premier-league', monitoring: true, champion: { version: 2 } }], next_cursor: null },
  })
  async list() {
    const stored = new Map((await this.models.list()).map((model) => [model.name, model]));
    const configured = this.names.all().map((name) => stored.get(name));
    const models = [...new Set([...configured, ...stored.values()])].filter((model) => model !== undefined);
    const items = models.map(async (model) => modelView(model, await this.models.alias(model.name, 'champion')));
    return { items: await Promise.all(items), next_cursor: null };
  }

  @Get(':model')
  @Documented({ summary: 'One model', answer: { name: 'premier-league', monitoring: true, champion: { version: 2 } } })
  async one(@Param('model') name: string) {
    const model = await this.find(name);
    const [champion, circuit] = await Promise.all([this.models.alias(name, 'champion'), this.breaker.of(name)]);
    return { ...modelView(model, champion), circuit: circuitView(circuit) };
  }

  @Get(':model/versions')
  @Documented({ summary: 'Versions, newest first', query: pageQuery, answer: { items: [version], next_cursor: null } })
  async versions(@Param('model') name: string, @Query(new QueryPipe<PageQuery>(pageQuery)) query: PageQuery) {
    await this.find(name);
    const quarantines = await this.quarantines.list(name);
    const page = await this.models.versions(name, pageRequest(query));
    return pageView(page, (item: ModelVersion) => versionView(item, false, quarantines));
  }

  @Get(':model/versions/:version')
  @Documented({
    summary: 'One version with its lineage, evaluation, reference profile, and what keeps it from being deleted',
    answer: { ...version, in_use: 'is the champion' },
  })
  async version(@Param('model') name: string, @Param('version') number: string) {
    await this.find(name);
    const found = await findVersion(this.models, name, number);
    const inUse = found.deletedAt ? undefined : await this.uses.of(name, found.version);
    return { ...versionView(found, true, await this.quarantines.list(name)), in_use: inUse ?? null };
  }

  @Get(':model/at')
  @Documented({
    summary: 'Which version answered then, who put it there, on what evidence',
    query: atQuery,
    answer: { version: 2, previous_version: 1, since: '2026-01-01T00:00:00.000Z', actor: 'api', reason: 'approved' },
  })
  async at(@Param('model') name: string, @Query(new QueryPipe<AtQuery>(atQuery)) { time, as_of }: AtQuery) {
    await this.find(name);
    if (time !== undefined && as_of !== undefined) {
      throw invalid(
        'invalid_query',
        'Ask by time (the clock on the wall) or by as_of (the day decided for), not both.',
      );
    }
    const asked = new Date(time ?? as_of ?? this.clock.now());
    const move = await this.models.aliasAt(name, 'champion', asked, as_of === undefined ? 'wall_clock' : 'as_of');
    if (!move) throw notFound('no_champion', `Model "${name}" had no champion at ${asked.toISOString()}.`);
    const [found, deployment] = await Promise.all([
      this.models.version(name, move.version),
      move.deploymentId === undefined ? undefined : this.deployments.find(move.deploymentId),
    ]);
    return {
      ...moveView(move),
      asked: asked.toISOString(),
      version_details: found ? versionView(found, false, await this.quarantines.list(name)) : null,
      deployment: deployment ? deploymentView(deployment, await this.deployments.approvals([deployment.id])) : null,
    };
  }

  @Get(':model/deployments')
  @Documented({
    summary: 'Proposals, promotions and roll-backs, newest first',
    query: pageQuery,
    answer: { items: [{ version: 2, status: 'promoted', kind: 'promotion', decided_by: 'api' }], next_cursor: null },
  })
  async deploymentsOf(@Param('model') name: string, @Query(new QueryPipe<PageQuery>(pageQuery)) query: PageQuery) {
    await this.find(name);
    const page = await this.deployments.list(name, pageRequest(query));
    const approvals = await this.deployments.approvals(page.items.map(({ id }) => id));
    return pageView(page, (item) =>
      deploymentView(
        item,
        approvals.filter(({ deploymentId }) => deploymentId === item.id),
      ),
    );
  }

  private async find(name: string) {
    const found = await this.models.find(name);
    if (!found) throw notFound('unknown_model', `There is no model "${name}".`);
    return found;
  }
}
