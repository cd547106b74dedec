import type { Rollout } from '../rollout/rollout.js';
import { Rollouts } from '../rollout/rollouts.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { InTurn } from './in-turn.js';
import type { LoadedVersion } from './loaded-version.js';
import { OpenVersion } from './open-version.service.js';
import { VersionSlot } from './version-slot.js';

/** A running rollout and its challenger in memory. */
export interface Trial {
  readonly rollout: Rollout;
  readonly challenger: VersionSlot;
}

/** Keeps the running rollout of each model in memory, and its challenger loaded as long as it is being tried. */
@Service()
export class RolloutHolder {
  private readonly trials = new Map<string, Trial>();
  private readonly turns = new InTurn();

  constructor(
    private readonly rollouts: Rollouts,
    private readonly opening: OpenVersion,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads the model's rollout and loads its challenger, which is warm before the first caller is assigned to it. A
   * challenger that cannot be read is tried all the same: whoever it should answer goes to the champion, and that counts
   * as its error. Rejects only when rows cannot be read.
   */
  refresh(model: string): Promise<void> {
    return this.turns.run(model, async () => {
      const rollout = await this.rollouts.active(model);
      const held = this.trials.get(model);
      const same = held?.rollout.id === rollout?.id;
      if (rollout) {
        const challenger = (same && held?.challenger) || this.slotOf(model);
        await challenger.hold(rollout.challenger);
        this.trials.set(model, { rollout, challenger });
      } else this.trials.delete(model);
      if (!same) await held?.challenger.release();
    });
  }

  /** The running rollout as it was when last refreshed, if it is one beside this champion. */
  beside({ version }: LoadedVersion): Trial | undefined {
    const trial = this.trials.get(version.model);
    return trial?.rollout.champion === version.version ? trial : undefined;
  }

  current(model: string): Trial | undefined {
    return this.trials.get(model);
  }

  /** Lets go of every challenger; scorers are freed as their last requests end. */
  async release(): Promise<void> {
    const trials = [...this.trials.values()];
    this.trials.clear();
    await Promise.all(trials.map(({ challenger }) => challenger.release()));
  }

  private slotOf(model: string): VersionSlot {
    const open = (version: number) => this.opening.execute(model, version);
    return new VersionSlot({ open, now: () => this.clock.now().getTime() });
  }
}
