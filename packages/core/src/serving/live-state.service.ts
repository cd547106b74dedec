import { ConfigStore } from '../config/config-store.port.js';
import { Records } from '../dataset/records.port.js';
import { TrainingRecords } from '../dataset/training-records.service.js';
import type { ModelDefinition, ModelRecord, ModelState } from '../model/model-definition.js';
import { PluginRegistry } from '../plugin/registry.js';
import { messageOf, unavailable } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { KnownRecords } from './known-records.js';

/** What stands in memory for one model. */
export interface StateStatus {
  /** Records that the state has learned; undefined while there is no state. */
  readonly records?: number;
  /** The newest event that the state knows. */
  readonly newest?: Date;
  /** Why the last refresh failed; an older state may still answer. */
  readonly problem?: string;
}

interface Held {
  /** What the history was read from; another configuration means another history. Empty when the state must be rebuilt. */
  source: string;
  readonly known: KnownRecords;
  state: ModelState;
  /** Cursor through the observed records. */
  seq: number;
}

const PAGE = 1_000;
/** Longest stretch of learning without letting requests through. */
const SLICE_MS = 15;

/**
 * Keeps what each model knows from its records (ratings, form) in memory, apart from its trained weights.
 *
 * New records are learned as they arrive; one that belongs before the newest (or corrects a known one) makes the state
 * be rebuilt aside, in slices between requests, and swapped when it is whole.
 */
@Service()
export class LiveState {
  private readonly held = new Map<string, Held>();
  private readonly problems = new Map<string, string>();
  private readonly refreshing = new Map<string, Promise<void>>();

  constructor(
    private readonly config: ConfigStore,
    private readonly training: TrainingRecords,
    private readonly records: Records,
    private readonly plugins: PluginRegistry,
  ) {}

  /** Learns what has arrived. Calls for one model run one after the other. Rejects when rows cannot be read. */
  refresh(model: string): Promise<void> {
    const before = this.refreshing.get(model) ?? Promise.resolve();
    const next = before.catch(() => undefined).then(() => this.catchUp(model));
    this.refreshing.set(model, next);
    return next
      .then(
        () => void this.problems.delete(model),
        (error: unknown) => {
          this.problems.set(model, messageOf(error));
          throw error;
        },
      )
      .finally(() => {
        if (this.refreshing.get(model) === next) this.refreshing.delete(model);
      });
  }

  /** The state to featurise with. Throws `state_unavailable` (503) before the first refresh has succeeded. */
  of(model: string): ModelState {
    const held = this.held.get(model);
    if (held) return held.state;
    const why = this.problems.get(model) ?? 'its history is still being read; try again in a moment.';
    throw unavailable('state_unavailable', `Model "${model}" cannot compute features yet: ${why}`);
  }

  status(model: string): StateStatus {
    const held = this.held.get(model);
    return {
      records: held?.known.size,
      newest: held?.known.newest,
      problem: this.problems.get(model),
    };
  }

  private async catchUp(model: string): Promise<void> {
    const { definition: name } = this.config.current().config.models[model] ?? { definition: model };
    const definition = this.plugins.models.get(name);
    const { training_data_path, training_data_until } = this.config.forModel(model);
    const source = JSON.stringify([name, training_data_path, training_data_until]);
    const held = this.held.get(model);
    if (held?.source !== source) return this.start(model, definition, source);
    try {
      await this.learnArrived(model, definition, held);
    } catch (error) {
      // Half a page may have been learned: only a state built anew is right again.
      held.source = '';
      throw error;
    }
  }

  private async start(model: string, definition: ModelDefinition, source: string): Promise<void> {
    const history = await this.training.history(model);
    const known = new KnownRecords(history.records);
    let seq = 0;
    for (let page = await this.page(model, seq); page.length > 0; page = await this.page(model, seq)) {
      known.add(page);
      seq = page.at(-1)!.seq;
    }
    const state = await learn(definition, known.inOrder());
    this.held.set(model, { source, known, state, seq });
  }

  private async learnArrived(model: string, definition: ModelDefinition, held: Held): Promise<void> {
    for (let page = await this.page(model, held.seq); page.length > 0; page = await this.page(model, held.seq)) {
      const { appended, rebuild } = held.known.add(page);
      const seq = page.at(-1)!.seq;
      if (rebuild) {
        const state = await learn(definition, held.known.inOrder());
        Object.assign(held, { state, seq });
      } else {
        for (const instant of instants(appended)) held.state.observe(instant);
        held.seq = seq;
      }
    }
  }

  private page(model: string, afterSeq: number) {
    return this.records.after(model, afterSeq, PAGE);
  }
}

/** A state that has seen the records in order; lets other work through between slices. */
async function learn(definition: ModelDefinition, records: readonly ModelRecord[]): Promise<ModelState> {
  const state = definition.createState();
  let began = performance.now();
  for (const instant of instants(records)) {
    state.observe(instant);
    if (performance.now() - began < SLICE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  }
  return state;
}

/** Records of one instant together, in order. */
function* instants(records: readonly ModelRecord[]): Generator<readonly ModelRecord[]> {
  let from = 0;
  for (let to = 1; to <= records.length; to++) {
    if (to < records.length && records[to]!.occurredAt.getTime() === records[from]!.occurredAt.getTime()) continue;
    yield records.slice(from, to);
    from = to;
  }
}
