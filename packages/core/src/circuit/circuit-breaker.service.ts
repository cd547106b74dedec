import { ConfigStore } from '../config/config-store.port.js';
import { EventLog } from '../event/event-log.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { newCircuit, nextCircuit, type Circuit, type CircuitSignal } from './circuit.js';
import { Circuits } from './circuits.port.js';

/** What a run has to do with the circuit of its model. */
interface RunOfCircuit {
  readonly id: string;
  readonly model: string;
  readonly asOf: Date;
}

/** Moves the circuits of models by what becomes of their runs. Every method joins the caller's unit of work. */
@Service()
export class CircuitBreaker {
  constructor(
    private readonly circuits: Circuits,
    private readonly events: EventLog,
    private readonly config: ConfigStore,
    private readonly clock: Clock,
  ) {}

  async of(model: string): Promise<Circuit> {
    return (await this.circuits.find(model)) ?? newCircuit(model);
  }

  runFailed(run: RunOfCircuit, message: string): Promise<Circuit> {
    const rule = this.config.forModel(run.model).circuit_breaker;
    return this.move(run.model, { kind: 'run_failed', at: this.clock.now(), message, rule }, run);
  }

  /** The run's candidate was judged; whether it was accepted does not matter here. */
  runJudged(run: RunOfCircuit): Promise<Circuit> {
    return this.move(run.model, { kind: 'run_judged' }, run);
  }

  runCancelled(run: RunOfCircuit): Promise<Circuit> {
    return this.move(run.model, { kind: 'run_cancelled' }, run);
  }

  /** A run was let through although the circuit is open: its end decides. */
  trialRequested(run: RunOfCircuit): Promise<Circuit> {
    return this.move(run.model, { kind: 'trial_requested' }, run);
  }

  closeByHand(model: string, by: string, reason: string): Promise<Circuit> {
    return this.move(model, { kind: 'closed_by_hand', by, reason });
  }

  private async move(model: string, signal: CircuitSignal, run?: RunOfCircuit): Promise<Circuit> {
    for (;;) {
      const before = await this.of(model);
      const after = nextCircuit(before, signal);
      if (after === before) return before;
      // Lost to somebody who moved it meanwhile: what happened is judged by the circuit as it is now.
      if (!(await this.circuits.save(after))) continue;
      await this.tell(before, after, run);
      return { ...after, revision: after.revision + 1 };
    }
  }

  private async tell(before: Circuit, after: Circuit, run: RunOfCircuit | undefined): Promise<void> {
    const { model, reason, changedBy: by, openUntil } = after;
    const about = { model, runId: run?.id, asOf: run?.asOf, actor: by };
    if (after.state === 'open' && after.openUntil !== before.openUntil) {
      const payload = { until: openUntil!.toISOString(), failures: after.failures.length, reason };
      await this.events.append({ ...about, type: 'circuit.opened', payload });
    }
    if (after.state === 'closed' && before.state !== 'closed') {
      await this.events.append({ ...about, type: 'circuit.closed', payload: { by, reason } });
    }
  }
}
