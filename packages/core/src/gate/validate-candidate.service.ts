import { decodeDataset } from '../dataset/snapshot.js';
import { slice, type Dataset } from '../dataset/dataset.js';
import { VersionLoader } from '../deployment/version-loader.service.js';
import { decodeEvidence, type Evidence } from '../evaluation/evidence.js';
import type { PairedEvaluation } from '../evaluation/paired-evaluation.js';
import { EventLog } from '../event/event-log.port.js';
import type { NewEvent } from '../event/event-map.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { asJson, prepareOutput, trainOutput, type ValidateOutput } from '../run/outputs.js';
import type { RunStep, StageCommit, StageContext } from '../run/stage.js';
import { Service } from '../shared/service.js';
import type { JsonObject } from '../shared/json.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import type { GateContext } from './gate-definition.js';
import { judge, type Judgement } from './judge.js';
import { timeAnswers } from './time-answers.js';

/** Fourth stage: the gates judge the candidate by its stored artifact and by its evaluation beside the champion. */
@Service()
export class ValidateCandidate implements RunStep {
  readonly stage = 'validate';

  constructor(
    private readonly models: Models,
    private readonly artifacts: ArtifactStore,
    private readonly versions: VersionLoader,
    private readonly plugins: PluginRegistry,
    private readonly events: EventLog,
  ) {}

  async execute(context: StageContext): Promise<StageCommit> {
    const gateContext = await this.gateContext(context);
    context.progress(0.5);
    const judgement = await judge(gateContext, this.gates(context));
    const { accepted, hold, suspicion, summary: verdict, verdicts } = judgement;
    const output: ValidateOutput = { accepted, hold, holdReason: suspicion?.reason, verdict, verdicts };
    return async () => {
      await this.events.append(...eventsOf(context, gateContext, judgement));
      return { output: asJson(output), summary: asJson({ accepted, hold, verdict }) };
    };
  }

  private gates({ config }: StageContext) {
    return config.gates.map(({ use, with: options }) => {
      const definition = this.plugins.gates.get(use);
      return { definition, options: definition.parseOptions(options) };
    });
  }

  private async gateContext(context: StageContext): Promise<GateContext> {
    const { run, definition, config } = context;
    const { version, championVersion, evidence } = trainOutput(run);
    const candidate = await this.models.version(run.model, version);
    if (!candidate) throw new Error(`Run ${run.id} has no version ${version}.`);
    const champion = championVersion === undefined ? undefined : await this.models.version(run.model, championVersion);
    const { evaluation, check } = decodeEvidence(await this.artifacts.get(evidence));
    const { name, task, schema } = definition;
    const dataset = decodeDataset(await this.artifacts.get(prepareOutput(run).snapshot));
    return {
      model: run.model,
      definition: { name, task, schema },
      config,
      candidate,
      champion,
      evaluation: champion ? await this.withReadableChampion(context, champion, evaluation) : evaluation,
      ...(await this.tryArtifact(context, candidate, dataset, check)),
      features: featuresOf(dataset, evaluation),
      triggers: run.triggers,
      seed: config.seed,
    };
  }

  /** A champion that cannot be read now cannot be compared with, whatever was computed before. */
  private async withReadableChampion(
    { definition }: StageContext,
    champion: ModelVersion,
    evaluation: PairedEvaluation,
  ): Promise<PairedEvaluation> {
    const loaded = await this.versions.tryLoad(champion, definition);
    if ('scorer' in loaded) {
      await loaded.scorer.release();
      return evaluation;
    }
    const championAbsence = { kind: 'unreadable' as const, reason: loaded.problem };
    return { ...evaluation, championScores: undefined, champion: undefined, championAbsence };
  }

  /**
   * The stored artifact's scores of the rows that the trainer scored itself, and how fast it answers. An artifact that does
   * not load fails the run.
   */
  private async tryArtifact(
    { definition }: StageContext,
    candidate: ModelVersion,
    dataset: Dataset,
    check: Evidence['check'],
  ): Promise<Pick<GateContext, 'parity' | 'timing'>> {
    const rows = Math.min(check.rows, dataset.rows);
    const width = dataset.schema.features.length;
    const scorer = await this.versions.load(candidate, definition);
    try {
      const artifact = await scorer.score(dataset.features.subarray(0, rows * width), rows);
      return { parity: { rows, trainer: check.scores, artifact }, timing: await timeAnswers(scorer, dataset) };
    } finally {
      await scorer.release();
    }
  }
}

/** The evaluated rows are one span of the snapshot. */
function featuresOf(dataset: Dataset, { blocks, rows }: PairedEvaluation): Float32Array | undefined {
  const from = blocks[0]?.from;
  return from === undefined ? undefined : slice(dataset, from, from + rows).features;
}

function eventsOf({ run }: StageContext, context: GateContext, judgement: Judgement): NewEvent[] {
  const about = { model: run.model, runId: run.id, actor: 'system', asOf: run.asOf };
  const verdicts = judgement.verdicts.map((verdict) => asJson(verdict)) as readonly JsonObject[];
  const payload = { version: context.candidate.version, verdicts };
  const events: NewEvent[] = [
    { ...about, type: judgement.accepted ? 'candidate.accepted' : 'candidate.rejected', payload },
  ];
  const { championAbsence } = context.evaluation;
  if (context.champion && championAbsence?.kind === 'unreadable') {
    const { version } = context.champion;
    events.push({ ...about, type: 'champion.unreadable', payload: { version, message: championAbsence.reason } });
  }
  return events;
}
