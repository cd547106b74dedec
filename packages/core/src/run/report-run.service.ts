import { Clock } from '../shared/clock.port.js';
import { messageOf } from '../shared/errors.js';
import type { JsonObject } from '../shared/json.js';
import { Service } from '../shared/service.js';
import { asJson, deployOutput, statusOf } from './outputs.js';
import { ReportFiles } from './report-files.port.js';
import { reportHtml } from './report-html.js';
import { reportMarkdown } from './report-markdown.js';
import { resultOf } from './result.js';
import type { RunStep, StageCommit, StageContext } from './stage.js';

/** Last stage: copies of the report for people. The run's result itself is stored when the run is concluded. */
@Service()
export class ReportRun implements RunStep {
  readonly stage = 'report';

  constructor(
    private readonly files: ReportFiles,
    private readonly clock: Clock,
  ) {}

  async execute({ run, config }: StageContext): Promise<StageCommit> {
    const status = statusOf(deployOutput(run));
    const at = this.clock.now();
    const result = resultOf(run, { status, at });
    const told = { ...run, status, result };
    const name = `run_${run.requestedAt.toISOString().slice(0, 10)}_${run.id}`;
    const output = await this.write(config.monitoring_output_dir, {
      [`${name}.json`]: `${JSON.stringify(result, null, 2)}\n`,
      [`${name}.md`]: reportMarkdown(told),
      [`${name}.html`]: reportHtml(told),
    });
    return async () => ({ output, summary: output });
  }

  /** The copies are a convenience: a full disk must not turn a promoted candidate into a failed run. */
  private async write(directory: string, files: Readonly<Record<string, string>>): Promise<JsonObject> {
    try {
      return asJson({ files: await this.files.write(directory, files) });
    } catch (error) {
      return asJson({ files: [], problem: messageOf(error) });
    }
  }
}
