import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ArmTallies, messageOf, VersionTallies } from '@retrain/core';

const EVERY_MS = 1_000;

/** Saves, every second, what champions and the versions of rollouts have done with the requests that reached this gateway. */
@Injectable()
export class KeepTallies implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('serving');
  private timer?: NodeJS.Timeout;
  private told = false;

  constructor(
    private readonly tallies: ArmTallies,
    private readonly champions: VersionTallies,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  /** After the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.save();
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      void this.save().then(() => {
        if (this.timer) this.schedule();
      });
    }, EVERY_MS);
  }

  /** What cannot be saved now is saved with the next round. */
  private async save(): Promise<void> {
    try {
      await this.champions.save();
      await this.tallies.save();
      this.told = false;
    } catch (error) {
      if (!this.told) this.logger.warn(`Counts of versions could not be saved: ${messageOf(error)}`);
      this.told = true;
    }
  }
}
