import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  lineageTold,
  Models,
  reportHtml,
  reportMarkdown,
  RunProgressService,
  storySections,
  TellRunService,
  TellVersionService,
  TrainingRuns,
} from '@retrain/core';
import type { FastifyReply } from 'fastify';
import { preferred } from '../http/accept.js';
import { Documented } from '../http/documented.js';
import { findVersion } from '../model/find-version.js';
import { findRun } from '../retraining/find-run.js';
import { RunDetails } from '../retraining/run-details.js';
import { storyView } from './story-view.js';

const lineage = {
  run_id: '5f1c…',
  data: { hash: '0b7a…', source: 'data/rows.parquet', rows: 3800 },
  configuration: { revision: 7, values: { seed: 1 } },
  environment: { node: 'v24.0.0', 'onnxruntime-node': '1.23.0' },
  parent_version: 1,
  artifact: { version: 2, sha256: '9e10…' },
  served: [{ alias: 'champion', from: '2026-01-01T00:00:00.000Z', until: null, by: 'key:ann' }],
};

/** What became of runs and versions, and where they come from: put together from the rows when somebody asks. */
@ApiTags('runs')
@Controller()
export class StoryController {
  constructor(
    private readonly runs: TrainingRuns,
    private readonly models: Models,
    private readonly telling: TellRunService,
    private readonly tellingVersions: TellVersionService,
    private readonly progress: RunProgressService,
    private readonly details: RunDetails,
  ) {}

  @Get('retraining/runs/:id/story')
  @Documented({
    summary: 'A run from what fired to probation: checks, stages, fits, gates, approvals, rollout, aliases, quarantine',
    answer: {
      run: { id: '5f1c…', status: 'deployed' },
      firing: { verdicts: [{ trigger: 'data_drift', verdict: 'fired', score: 0.31, threshold: 0.1 }] },
      stages: [{ stage: 'train', state: 'completed', attempts: 1 }],
      deployments: [{ status: 'promoted', approvals: [], rollout: null }],
      alias_moves: [{ alias: 'champion', version: 2, previous_version: 1 }],
      probations: [{ status: 'watching', outcomes: 37, needed: 200 }],
      timeline: [{ at: '2026-01-01T00:00:00.000Z', chapter: 'trigger', who: 'system', told: 'Fired: data_drift.' }],
    },
  })
  async story(@Param('id') id: string) {
    const run = await findRun(this.runs, id);
    return storyView(await this.telling.execute(run), await this.progress.execute(run));
  }

  @Get('retraining/runs/:id/report')
  @Documented({
    summary: 'The report of a run, as JSON, or with all that followed as Markdown or HTML, by Accept',
    answer: { id: '5f1c…', status: 'deployed', result: { data_stats: {}, validation_results: {}, gates: [] } },
  })
  async report(
    @Param('id') id: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const run = await findRun(this.runs, id);
    reply.header('vary', 'accept');
    const type = preferred(accept, ['application/json', 'text/markdown', 'text/html']);
    if (type === 'application/json') return this.details.of(run);
    const followed = storySections(await this.telling.execute(run));
    reply.type(`${type}; charset=utf-8`);
    return type === 'text/markdown' ? reportMarkdown(run, followed) : reportHtml(run, followed);
  }

  @Get('retraining/runs/:id/lineage')
  @Documented({
    summary:
      'Where a run’s candidate comes from: data, code, configuration, environment, fits; who approved it, when it served',
    answer: lineage,
  })
  async ofRun(@Param('id') id: string) {
    return lineageTold(await this.telling.execute(await findRun(this.runs, id)));
  }

  @Get('models/:model/versions/:version/lineage')
  @Documented({ summary: 'Where a version comes from, who approved it, when it served', answer: lineage })
  async ofVersion(@Param('model') model: string, @Param('version') number: string) {
    const version = await findVersion(this.models, model, number);
    const run = version.runId === undefined ? undefined : await this.runs.find(version.runId);
    return lineageTold(run ? await this.telling.execute(run) : await this.tellingVersions.execute(version));
  }
}
