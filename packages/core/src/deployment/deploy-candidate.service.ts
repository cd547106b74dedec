import { EventLog } from '../event/event-log.port.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { asJson, trainOutput, validateOutput, type DeployOutput } from '../run/outputs.js';
import type { RunStep, StageCommit, StageContext } from '../run/stage.js';
import { StartRollout } from '../rollout/start-rollout.service.js';
import { Clock } from '../shared/clock.port.js';
import { DomainError } from '../shared/errors.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';
import { approvalRulesOf, needsSecondPerson, rulesInWords, type ApprovalRules } from './approval.js';
import type { Deployment, NewDeployment } from './deployment.js';
import { Deployments } from './deployments.port.js';
import { evidenceHash } from './evidence-hash.js';
import { MoveChampionService } from './move-champion.service.js';
import { QuarantineGate } from '../quarantine/quarantine-gate.service.js';
import { PublishChampionService } from './publish-champion.service.js';
import { SupersedeApprovals } from './supersede-approvals.service.js';

const HOUR_MS = 3_600_000;

/** What ends a run without a deployment, and is nobody's fault. */
const refusals: readonly string[] = ['champion_changed', 'version_quarantined', 'version_deleted'];

/** Fifth stage: an accepted candidate is promoted, tried beside the champion or proposed to a person; a rejected one touches nothing. */
@Service()
export class DeployCandidate implements RunStep {
  readonly stage = 'deploy';

  constructor(
    private readonly models: Models,
    private readonly deployments: Deployments,
    private readonly champions: MoveChampionService,
    private readonly quarantine: QuarantineGate,
    private readonly publishing: PublishChampionService,
    private readonly superseding: SupersedeApprovals,
    private readonly rollouts: StartRollout,
    private readonly events: EventLog,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute(context: StageContext): Promise<StageCommit> {
    const output = await this.deploy(context);
    return async () => ({ output: asJson(output), summary: asJson(output) });
  }

  private async deploy(context: StageContext): Promise<DeployOutput> {
    const { run } = context;
    const { version: number } = trainOutput(run);
    const earlier = await this.deployments.ofRun(run.id);
    if (!earlier && !validateOutput(run).accepted) return rejected(number, validateOutput(run).verdict);
    const version = await this.models.version(run.model, number);
    if (!version) throw new Error(`Run ${run.id} has no version ${number}.`);
    try {
      if (!earlier) await this.quarantine.check(version);
      const deployment = earlier ?? (await this.propose(context, version));
      if (deployment.status !== 'promoted') return outputOf(deployment);
      const { problem } = await this.publishing.attempt(run.model);
      return { ...outputOf(deployment), fileProblem: problem };
    } catch (error) {
      if (!(error instanceof DomainError && refusals.includes(error.code))) throw error;
      return rejected(number, error.message);
    }
  }

  private async propose(context: StageContext, version: ModelVersion): Promise<Deployment> {
    const { championVersion } = trainOutput(context.run);
    const proposal = this.proposalOf(context, version);
    return context.fenced(async () => {
      await this.models.hold(proposal.model, proposal.version);
      const deployment = await this.deployments.insert(proposal);
      const { id: deploymentId, asOf, requestedBy: actor, reason } = deployment;
      if (deployment.status === 'promoted') {
        const move = { deployment, expectedVersion: championVersion, actor, reason, asOf };
        await this.events.append(...(await this.champions.execute(move)));
      } else if (deployment.status === 'rolling_out' && deployment.strategy !== 'direct') {
        const { strategy } = deployment;
        const { simulated } = context.run;
        const { events } = await this.rollouts.execute({ deployment, strategy, simulated, actor, reason, asOf });
        await this.events.append(...events);
      } else {
        const payload = { deploymentId, version: version.version };
        const about = { model: deployment.model, runId: deployment.runId, actor, asOf };
        const superseded = await this.superseding.execute(context.run);
        await this.events.append({ ...about, type: 'deployment.proposed', payload }, ...superseded);
      }
      return deployment;
    });
  }

  private proposalOf({ run, config }: StageContext, { version, artifact }: ModelVersion): NewDeployment {
    const { championVersion, metrics, championMetrics } = trainOutput(run);
    const { hold, holdReason, verdicts } = validateOutput(run);
    const evidence = asJson({ verdicts, metrics, champion_metrics: championMetrics, judged_against: championVersion });
    const now = this.clock.now();
    const rules = approvalRulesOf(config);
    // A first champion has nobody before it, but where people must agree it may not answer without them either.
    const free = championVersion === undefined || config.enable_automatic_deployment;
    const waits = hold || needsSecondPerson(rules) || !free;
    // The first champion has nobody to be tried beside.
    const strategy = championVersion === undefined ? 'direct' : config.deployment.strategy;
    const released = strategy === 'direct' ? ('promoted' as const) : ('rolling_out' as const);
    const expiresAt = new Date(now.getTime() + config.deployment.approval_expires_hours * HOUR_MS);
    return {
      id: this.ids.next(),
      model: run.model,
      version,
      previousVersion: championVersion,
      runId: run.id,
      kind: 'promotion',
      strategy,
      status: waits ? 'awaiting_approval' : released,
      artifactSha256: artifact.sha256,
      evidenceHash: evidenceHash(evidence),
      evidence,
      ...rules,
      requestedBy: 'system',
      reason: proposalReason({ waits, hold, holdReason, championVersion, rules, strategy }),
      asOf: run.simulated ? run.asOf : now,
      ...(waits ? { expiresAt } : {}),
    };
  }
}

interface Proposal {
  readonly waits: boolean;
  readonly hold: boolean;
  readonly holdReason?: string;
  readonly championVersion?: number;
  readonly rules: ApprovalRules;
  readonly strategy: Deployment['strategy'];
}

function proposalReason({ waits, hold, holdReason, championVersion, rules, strategy }: Proposal): string {
  if (hold) return `Accepted by every gate, but held for a person: ${holdReason ?? 'a gate asked for it.'}`;
  if (needsSecondPerson(rules)) return `Accepted by every gate; it waits for ${rulesInWords(rules)}.`;
  if (waits) return 'Accepted by every gate; it waits for a person (enable_automatic_deployment is false).';
  if (championVersion === undefined) return 'Accepted by every gate; it is the first champion.';
  return `Accepted by every gate; ${strategy === 'direct' ? 'deployed' : 'tried beside the champion'} automatically.`;
}

const rejected = (version: number, reason: string): DeployOutput => ({ decision: 'rejected', version, reason });

function outputOf({ id, version, previousVersion, status, reason, expiresAt }: Deployment): DeployOutput {
  const open = status === 'promoted' || status === 'awaiting_approval' || status === 'rolling_out';
  const decision = open ? status : 'rejected';
  return { decision, version, previousVersion, deploymentId: id, expiresAt: expiresAt?.toISOString(), reason };
}
