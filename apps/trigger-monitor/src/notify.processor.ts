import { Injectable } from '@nestjs/common';
import type { JobProcessor } from '@retrain/core';
import { NotifyPump } from './notify-pump.js';

/** Sends what is due, for the case that no signal said so. */
@Injectable()
export class NotifyProcessor implements JobProcessor<'notify'> {
  readonly job = 'notify';

  constructor(private readonly pump: NotifyPump) {}

  process(): Promise<void> {
    return this.pump.run();
  }
}
