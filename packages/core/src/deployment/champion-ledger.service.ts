import { EventLog } from '../event/event-log.port.js';
import { auditLedger, type LedgerAudit } from '../model/alias-ledger.js';
import { Models } from '../model/models.port.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { Deployments } from './deployments.port.js';

/**
 * Tells whether the champion of the registry is the one that was decided on, or what somebody has written into its rows.
 *
 * The hashes keep no secret: who may write every row and computes them anew is not found out. They find edits.
 */
@Service()
export class ChampionLedger {
  constructor(
    private readonly models: Models,
    private readonly deployments: Deployments,
    private readonly events: EventLog,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async audit(model: string): Promise<LedgerAudit> {
    const ledger = await this.models.ledger(model, 'champion');
    const ids = [...new Set(ledger.moves.flatMap(({ move }) => (move.deploymentId ? [move.deploymentId] : [])))];
    const deployments = await this.deployments.withIds(ids);
    const guarded = deployments.filter(({ quorum, fourEyes }) => quorum > 1 || fourEyes);
    const approvals = guarded.length === 0 ? [] : await this.deployments.approvals(guarded.map(({ id }) => id));
    return auditLedger(ledger, deployments, approvals);
  }

  /** Audits, writes an edited alias row anew, and tells of each edit once. Answers the problem that it found. */
  async mend(model: string): Promise<string | undefined> {
    const { problem, mendable, head } = await this.audit(model);
    if (problem === undefined) return undefined;
    await this.unitOfWork.transaction(async () => {
      const restored = mendable && (await this.models.restoreAlias(model, 'champion'));
      if (!restored && (await this.told(model, problem))) return;
      const payload = { alias: 'champion', problem, restored, ...(head ? { version: head.version } : {}) };
      await this.events.append({ type: 'registry.tampered', model, actor: 'system', payload });
    });
    return problem;
  }

  private async told(model: string, problem: string): Promise<boolean> {
    const [last] = await this.events.before(undefined, 1, { model, types: ['registry.tampered'] });
    return last?.type === 'registry.tampered' && last.payload.problem === problem;
  }
}
