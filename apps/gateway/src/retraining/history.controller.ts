import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Clock, ConfigStore, RetrainingStatusService, TrainingRuns, TriggerEvaluations } from '@retrain/core';
import { ShownConfig } from '../config/shown-config.js';
import { Documented } from '../http/documented.js';
import { BodyPipe, QueryPipe } from '../http/schema.pipe.js';
import { ModelNames } from '../model/model-names.js';
import { modelQuery, type ModelQuery } from '../model/model-query.js';
import { ConfinedFile } from './confined-file.js';
import { exportSchema, type ExportBody } from './retraining-schemas.js';
import { retrainingEventView, triggerEventView } from './run-view.js';
import { statusView } from './status-view.js';

const ofModel = new QueryPipe<ModelQuery>(modelQuery);
/** Newest entries told in one answer; `/events` and `/retraining/runs` page through all. */
const TOLD = 200;
const EXPORTED = 500;

/** What fired and what became of it, as told and as a file. */
@ApiTags('retraining')
@Controller('retraining')
export class HistoryController {
  constructor(
    private readonly names: ModelNames,
    private readonly evaluations: TriggerEvaluations,
    private readonly runs: TrainingRuns,
    private readonly status: RetrainingStatusService,
    private readonly config: ConfigStore,
    private readonly shown: ShownConfig,
    private readonly clock: Clock,
  ) {}

  @Get('history')
  @Documented({
    summary: 'Trigger events and retrainings, newest first',
    query: modelQuery,
    answer: {
      trigger_events: [{ timestamp: '2026-01-01T00:00:00Z', triggers: ['data_volume'], prediction_count: 1000 }],
      retraining_events: [{ timestamp: '2026-01-01T00:00:00Z', run_id: '5f1c…', status: 'deployed' }],
      total_triggers: 1,
      total_retrainings: 1,
    },
  })
  history(@Query(ofModel) query: ModelQuery) {
    return this.historyOf(this.names.resolve(query.model), TOLD);
  }

  @Post('export')
  @HttpCode(200)
  @Documented({
    summary: 'Status, history and configuration as one document; to a file below monitoring_output_dir if one is named',
    query: modelQuery,
    body: exportSchema,
    send: { output_path: 'export.json' },
    answer: {
      message: 'Exported',
      output_path: 'evaluation_reports/export.json',
      export_timestamp: '2026-01-01T00:00:00Z',
    },
  })
  async export(@Query(ofModel) query: ModelQuery, @Body(new BodyPipe<ExportBody>(exportSchema)) body: ExportBody) {
    const model = this.names.resolve(query.model);
    // Refused before anything is read: nothing is ever written outside the folder.
    const folder = this.config.forModel(model).monitoring_output_dir;
    const file = body.output_path === undefined ? undefined : await ConfinedFile.within(folder, body.output_path);
    const [status, history] = await Promise.all([this.status.execute(model), this.historyOf(model, EXPORTED)]);
    const { config, ...scheduler } = statusView(status, this.shown.of(model));
    const document = {
      model,
      scheduler_status: scheduler,
      trigger_history: history.trigger_events,
      retraining_history: history.retraining_events,
      configuration: config,
      export_timestamp: this.clock.now().toISOString(),
    };
    await file?.write(`${JSON.stringify(document, null, 2)}\n`);
    const message = file ? `Exported to ${file.path}.` : 'Exported.';
    return { message, output_path: file?.path ?? null, ...document };
  }

  private async historyOf(model: string, limit: number) {
    const [fired, runs, total_triggers, total_retrainings] = await Promise.all([
      this.evaluations.list(model, { limit }, true),
      this.runs.list(model, { limit }),
      this.evaluations.countFired(model),
      this.runs.count(model),
    ]);
    return {
      model,
      trigger_events: fired.items.map(triggerEventView),
      retraining_events: runs.items.map(retrainingEventView),
      total_triggers,
      total_retrainings,
    };
  }
}
